import type { LlmTask } from '@gaze/contracts';
import type { Assignment } from './assignment.ts';
import { entryAssignment } from './entry.ts';
import { tagsAssignment } from './tags.ts';

/** The task as an assignment. A further kind of task is one more line here. */
export function assign(task: LlmTask): Assignment {
  return task.kind === 'regenerate_tags' ? tagsAssignment(task) : entryAssignment(task);
}
