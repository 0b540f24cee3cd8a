import type { EntityData, EntityEdit } from '@gaze/contracts';
import { mergeData, withPatch } from '@gaze/domain';
import { checkText } from './check-text.ts';
import { changeEntity } from './change-entity.ts';
import { conflict, pointerOf } from './conflict.ts';
import type { Current } from './current.ts';
import type { WriteDeps } from './deps.ts';
import { madeBy } from './authors.ts';
import { textOfHash } from './revision-store.ts';
import { changeText } from './text-edit.ts';

interface Mine {
  data: EntityData;
  /** Where the person wrote the text: its layout is theirs, too. */
  text: string | null;
}

/**
 * Saves an edit that was made on the version `if_match`. Where the file has another one by now, the two are merged
 * field by field; a field that both changed is a conflict, and nothing is written.
 * @throws GazeError conflict with both versions; invalid_input; not_found; data_error
 */
export async function editEntity(deps: WriteDeps, edit: EntityEdit): Promise<{ merged: boolean }> {
  const { category, slug } = edit;
  let merged = false;
  await changeEntity(deps, { category, slug, by: madeBy(edit.by) }, async (current) => {
    merged = edit.if_match !== undefined && edit.if_match !== current.hash;
    const base = merged ? await baseOf(deps, current, edit.if_match ?? '') : current;
    const mine = mineOf(edit, current, base?.data ?? null);
    if (base === null) throw clash(current, null, mine, [[]]);
    return mergedText(current, base, mine);
  });
  return { merged };
}

interface Base {
  text: string;
  data: EntityData;
}

async function baseOf(deps: WriteDeps, current: Current, hash: string): Promise<Base | null> {
  const text = await textOfHash(deps.db, current.declaration.name, current.slug, hash);
  return text === null ? null : { text, data: JSON.parse(text) as EntityData };
}

function mineOf({ change }: EntityEdit, current: Current, base: EntityData | null): Mine {
  if (change.type === 'data') return { data: change.data, text: null };
  // A patch says which fields it means; where its base is not known any more it can only mean what is there now.
  if (change.type === 'patch') return { data: withPatch(base ?? current.data, change.patch), text: null };
  return {
    data: checkText(current.declaration, change.text, current).data,
    text: change.text.replace(/^\uFEFF/, ''),
  };
}

function mergedText(current: Current, base: Base, mine: Mine): string {
  // Nobody else has changed it: the text that was written is the text that is saved.
  if (mine.text !== null && base.text === current.text) return mine.text;
  const { changes, conflicts } = mergeData(base.data, mine.data, current.data);
  if (conflicts.length > 0) throw clash(current, base, mine, conflicts);
  if (mine.text === null) return changeText(current.text, changes);
  // Whoever wrote a text keeps its layout: the other side's fields go into it.
  return changeText(mine.text, mergeData(base.data, current.data, mine.data).changes);
}

function clash(current: Current, base: Base | null, mine: Mine, fields: string[][]): Error {
  const pointers = fields.map(pointerOf);
  const named = pointers.slice(0, 3).join(', ');
  return conflict({
    message:
      base === null
        ? `${current.name} has changed since you began, and the version you began with is not known any more.`
        : `Somebody else changed the same as you in ${current.name}: ${named}${pointers.length > 3 ? ' and more' : ''}.`,
    ...{ declaration: current.declaration, revision: current.hash, pointers },
    ...{ base: base?.text ?? null, mine: mine.text ?? JSON.stringify(mine.data), theirs: current.text },
  });
}
