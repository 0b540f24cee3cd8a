import { categories } from '@gaze/contracts';
import type { Unresolved } from '@gaze/domain';
import { keyLabel } from './fields.ts';

/** What only the server's draw decides, in words for the end of a prompt: «random action», «hands, or not». */
export function drawnWords(unresolved: readonly Unresolved[]): string[] {
  return unresolved.flatMap((item) => {
    if (item.kind === 'random') return [`random ${categories[item.category].labelSingular.toLowerCase()}`];
    if (item.kind === 'field') return [`${keyLabel(item.field?.split('::')[1] ?? '')}, or not`];
    return [];
  });
}
