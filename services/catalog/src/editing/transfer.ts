import type { CategoryName } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { idOrNext, transferEntity } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { takenIds } from './addresses.ts';
import { madeBy } from './authors.ts';
import { createLocked } from './create.ts';
import type { Current } from './current.ts';
import { openEntity } from './current.ts';
import { deleteEntity } from './delete.ts';
import type { WriteDeps } from './deps.ts';
import { newText } from './text-edit.ts';

export interface TransferRequest {
  category: CategoryName;
  slug: string;
  to: CategoryName;
  id?: string | undefined;
  name?: string | undefined;
  source: 'keep' | 'trash';
  by: string;
}

/** Makes an entity of another category out of one; the source stays, or goes into the trash once the other is there. */
export async function transferTo(
  deps: WriteDeps,
  request: TransferRequest,
): Promise<{ slug: string; leftOut: string[]; trashId: string | null }> {
  const { category, slug, to } = request;
  refuseKinds(category, to);
  const { source, outfit } = await deps.lock.run(category, async () => ({
    source: await openEntity(deps, category, slug),
    outfit: await wornOutfit(deps, category, slug),
  }));
  const made = await deps.lock.run(to, () => make(deps, request, source, outfit));
  const trashId =
    request.source === 'trash'
      ? await deleteEntity(deps, { category, slug, hard: false, if_match: source.hash, by: request.by })
      : null;
  return { ...made, trashId };
}

function refuseKinds(from: CategoryName, to: CategoryName): void {
  const wrong = [from, to].find((category) => categories[category].generation.kind !== 'part');
  if (wrong !== undefined)
    throw new GazeError(
      'invalid_input',
      `${categories[wrong].label} cannot be transferred: they are no parts of a prompt.`,
      { field: 'to' },
    );
  if (from === to)
    throw new GazeError('invalid_input', 'It is in this category already; clone it instead.', {
      field: 'to',
    });
}

async function make(
  deps: WriteDeps,
  request: TransferRequest,
  source: Current,
  outfit: string | null,
): Promise<{ slug: string; leftOut: string[] }> {
  const declaration = categories[request.to];
  const id = request.id ?? idOrNext(source.id, await takenIds(deps, declaration));
  const { data, leftOut } = transferEntity({
    ...{ from: source.declaration, to: declaration, data: source.data, id, outfit },
    name: request.name ?? source.name,
    place: { name: source.name, file: `${source.declaration.folder}/${source.filename}` },
  });
  const note = `From ${source.declaration.label.toLowerCase()}: ${source.id}.`;
  const slug = await createLocked(deps, { declaration, text: newText(data), by: madeBy(request.by), note });
  return { slug, leftOut };
}

async function wornOutfit(deps: WriteDeps, category: CategoryName, slug: string): Promise<string | null> {
  const row = await deps.db
    .selectFrom('entity')
    .select('active_outfit')
    .where('category', '=', category)
    .where('slug', '=', slug)
    .executeTakeFirst();
  return row?.active_outfit ?? null;
}
