import type { CategoryName, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { blankEntity, emptySection, idFromName, idOrNext, wardrobe } from '@gaze/domain';
import type { Wardrobe } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import { takenIds } from './addresses.ts';
import { madeBy } from './authors.ts';
import { changeEntity } from './change-entity.ts';
import { createLocked } from './create.ts';
import type { Current } from './current.ts';
import { openEntity } from './current.ts';
import type { WriteDeps } from './deps.ts';
import { changeText, newText, renameKey } from './text-edit.ts';

interface OfOutfit {
  category: CategoryName;
  slug: string;
  by: string;
}

const key = 'wardrobe';

/** The outfits of an entity whose category has a wardrobe. @throws GazeError invalid_input for any other */
function outfitsOf({ declaration, data, name, filename }: Current): Wardrobe {
  if (!declaration.sections.some((section) => section.name === key && section.nested === true)) {
    throw new GazeError('invalid_input', `${declaration.label} have no wardrobe; only characters do.`, {
      field: 'category',
    });
  }
  return wardrobe(data, { name, file: `${declaration.folder}/${filename}` });
}

function outfitIn(current: Current, outfit: string): Record<string, unknown> {
  const { outfits } = outfitsOf(current);
  const found = Object.hasOwn(outfits, outfit) ? outfits[outfit] : undefined;
  if (found === undefined)
    throw new GazeError('not_found', `${current.name} has no outfit «${outfit}».`, { field: 'outfit' });
  return found;
}

function refuseTaken(current: Current, name: string): void {
  if (Object.hasOwn(outfitsOf(current).outfits, name))
    throw new GazeError('conflict', `${current.name} has an outfit «${name}» already. Choose another name.`, {
      field: 'name',
    });
}

/** A wardrobe that holds fields alone, as older files do, becomes one of outfits by name. */
function nestedText({ text, data }: Current, { shape, outfits }: Wardrobe): string {
  if (shape === 'nested' && data[key] !== null && data[key] !== undefined) return text;
  return changeText(text, [{ path: [key], value: outfits }]);
}

/** Adds an outfit: empty, or as a copy of another one of this character or of an outfit entity. */
export async function addOutfit(
  deps: WriteDeps,
  request: OfOutfit & { name: string; copy_of?: string | undefined; from_entity?: string | undefined },
): Promise<void> {
  const { category, slug, name } = request;
  const given = request.from_entity === undefined ? null : await outfitOfEntity(deps.db, request.from_entity);
  await changeEntity(
    deps,
    { category, slug, by: madeBy(request.by), note: `Outfit «${name}» was added.` },
    (current) => {
      refuseTaken(current, name);
      const value =
        given ?? (request.copy_of === undefined ? emptyOutfit(current) : outfitIn(current, request.copy_of));
      return changeText(nestedText(current, outfitsOf(current)), [{ path: [key, name], value }]);
    },
  );
}

function emptyOutfit({ declaration }: Current): Record<string, string> {
  const section = declaration.sections.find(({ name }) => name === key);
  return section === undefined ? {} : emptySection(section);
}

async function outfitOfEntity(db: DbOrTrx, slug: string): Promise<unknown> {
  const row = await db
    .selectFrom('entity')
    .select('data')
    .where('category', '=', 'outfits')
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined)
    throw new GazeError('not_found', `There is no outfit entry «${slug}».`, { field: 'from_entity' });
  return row.data[key] ?? {};
}

/** Gives an outfit another name; it keeps its place, and stays on if it is worn. */
export async function renameOutfit(
  deps: WriteDeps,
  request: OfOutfit & { outfit: string; name: string },
): Promise<void> {
  const { category, slug, outfit, name } = request;
  const also = (trx: Trx): Promise<void> => rememberOutfit(trx, category, slug, outfit, name);
  const note = `Outfit «${outfit}» became «${name}».`;
  await changeEntity(deps, { category, slug, by: madeBy(request.by), note, also }, (current) => {
    outfitIn(current, outfit);
    if (outfit === name) return null;
    refuseTaken(current, name);
    return renameKey(nestedText(current, outfitsOf(current)), [key, outfit], name);
  });
}

/** Takes an outfit away; the last one stays. */
export async function deleteOutfit(deps: WriteDeps, request: OfOutfit & { outfit: string }): Promise<void> {
  const { category, slug, outfit } = request;
  const also = (trx: Trx): Promise<void> => rememberOutfit(trx, category, slug, outfit, null);
  const note = `Outfit «${outfit}» was deleted.`;
  await changeEntity(deps, { category, slug, by: madeBy(request.by), note, also }, (current) => {
    outfitIn(current, outfit);
    if (Object.keys(outfitsOf(current).outfits).length === 1) {
      throw new GazeError(
        'conflict',
        `«${outfit}» is the last outfit of ${current.name} and stays. Add another one first.`,
        { field: 'outfit' },
      );
    }
    return changeText(current.text, [{ path: [key, outfit], value: undefined }]);
  });
}

/** What the database remembers by an outfit's name follows it; of one that is gone it remembers nothing. */
async function rememberOutfit(
  trx: Trx,
  category: CategoryName,
  slug: string,
  from: string,
  to: string | null,
): Promise<void> {
  const row = await trx
    .selectFrom('entity')
    .select(['active_outfit', 'page_state'])
    .where('category', '=', category)
    .where('slug', '=', slug)
    .executeTakeFirst();
  if (row === undefined) return;
  const { outfit, ...rest } = row.page_state;
  const state = outfit !== from ? row.page_state : to === null ? rest : { ...rest, outfit: to };
  await trx
    .updateTable('entity')
    .set({
      active_outfit: row.active_outfit === from ? to : row.active_outfit,
      page_state: JSON.stringify(state),
    })
    .where('category', '=', category)
    .where('slug', '=', slug)
    .execute();
}

/** Makes an outfit entity of a character's outfit; the character keeps its own. @returns its slug */
export async function saveOutfit(
  deps: WriteDeps,
  request: OfOutfit & { outfit: string; id?: string | undefined; name?: string | undefined },
): Promise<string> {
  const { category, slug, outfit } = request;
  const [fields, owner] = await deps.lock.run(category, async () => {
    const current = await openEntity(deps, category, slug);
    return [outfitIn(current, outfit), current] as const;
  });
  const declaration = categories.outfits;
  const name = request.name ?? `${owner.name} ${outfit}`;
  return deps.lock.run('outfits', async () => {
    const id =
      request.id ?? idOrNext(idFromName(name) || `${owner.slug}_outfit`, await takenIds(deps, declaration));
    const blank = blankEntity(declaration, { id, name });
    const data: EntityData = { ...blank, [key]: { ...(blank[key] as object), ...fields } };
    const note = `The outfit «${outfit}» of ${owner.name}.`;
    return createLocked(deps, { declaration, text: newText(data), by: madeBy(request.by), note });
  });
}
