import { randomUUID } from 'node:crypto';
import type { DraftView, EntityData, LlmChange, llmJobsRpc } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { diffData, pointerTo, withPatch } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { z } from 'zod';
import { openEntity } from '../editing/current.ts';
import type { Current } from '../editing/current.ts';
import type { WriteDeps } from '../editing/deps.ts';
import type { Events } from '../events/events.ts';
import { draftOf } from './drafts.ts';
import { tellDraft } from './tell-drafts.ts';

const noTags = { checked: false, replaced: [], unknown: [] };

/**
 * Keeps an edit that a program proposes until a person has looked at it. It is held against the category's schema now,
 * and against the entry as it is then.
 * @throws GazeError not_found; invalid_input for a proposal that changes nothing, takes a field away, renames the entry
 * or leaves none of its category
 */
export async function proposeEdit(
  { writing, events }: { writing: WriteDeps; events: Events },
  { category, slug, patch, note, by }: z.output<typeof llmJobsRpc.propose.input>,
): Promise<DraftView> {
  const { db, lock } = writing;
  const current = await lock.run(category, () => openEntity(writing, category, slug));
  const changes = changesOf(current, patch);
  const id = `edit-${randomUUID()}`;
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('llm_result')
      .values({
        job_id: id,
        ...{ attempt: 0, kind: 'proposed_edit', category, slug, file: null, name: current.name },
        ...{ revision: current.hash, state: 'waiting', reason: note },
        changes: JSON.stringify(changes),
        refused: '[]',
        tag_report: JSON.stringify(noTags),
        notes: JSON.stringify([`Proposed by ${by}.`]),
      })
      .execute();
    await tellDraft(trx, events, { id, state: 'waiting' });
  });
  events.wake();
  return draftOf(db, id);
}

function changesOf({ declaration, data }: Current, patch: EntityData): LlmChange[] {
  const after = withPatch(data, patch);
  const differences = diffData(data, after);
  if (differences.length === 0)
    throw new GazeError('invalid_input', 'The proposal changes nothing.', { field: 'patch' });
  for (const { path, after: value } of differences) {
    const pointer = pointerTo(path);
    if (value === undefined)
      throw new GazeError('invalid_input', `A proposal takes no field away: ${pointer}.`, { field: 'patch' });
    if (path[0] === declaration.idField)
      throw new GazeError('invalid_input', 'A proposal does not rename an entry.', { field: 'patch' });
  }
  const parsed = categories[declaration.name].schema.safeParse(after);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const pointer = pointerTo((issue?.path ?? []).map(String));
    throw new GazeError(
      'invalid_input',
      `With that it would be no ${declaration.labelSingular.toLowerCase()}: ${pointer} ${issue?.message ?? 'is not valid'}.`,
      { field: 'patch' },
    );
  }
  return differences.map(({ path, before, after: value }) => ({
    pointer: pointerTo(path),
    ...(before === undefined ? {} : { before }),
    after: value,
  }));
}
