import type { CategoryName } from '@gaze/contracts';
import { slugOf } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { knownSlugs } from '../library/scan-store.ts';
import { scanFiles } from '../library/scan.ts';
import { fileOf } from './addresses.ts';
import { madeBy } from './authors.ts';
import { checkIdentity, checkText } from './check-text.ts';
import type { CheckedText } from './check-text.ts';
import { refuseOther } from './conflict.ts';
import type { Current } from './current.ts';
import { openEntity } from './current.ts';
import type { WriteDeps } from './deps.ts';
import { renameAlso, renameFile } from './rename-file.ts';
import type { RenamePlan } from './rename-rows.ts';
import type { NewRevision } from './revision-store.ts';
import { changeText } from './text-edit.ts';
import { replaceFile } from './write-file.ts';

export interface RenameRequest {
  category: CategoryName;
  slug: string;
  id: string;
  name?: string | undefined;
  if_match?: string | undefined;
  by: string;
}

const tries = 5;

/**
 * Gives an entity another id: its file, its address, its pictures, its history and its state come along.
 * @returns its slug now
 * @throws GazeError conflict where the id is taken; not_found; invalid_input; data_error
 */
export async function renameEntity(deps: WriteDeps, request: RenameRequest): Promise<string> {
  return deps.lock.run(request.category, async () => {
    for (let attempt = 1; attempt <= tries; attempt++) {
      const current = await openEntity(deps, request.category, request.slug);
      refuseOther(current, request.if_match);
      const slug = await renameOnce(deps, request, current);
      if (slug !== null) return slug;
    }
    throw new GazeError(
      'conflict',
      'The file is being edited all the time. Nothing was renamed; try again in a moment.',
    );
  });
}

/** Null: somebody wrote to the file meanwhile; look again. */
async function renameOnce(deps: WriteDeps, request: RenameRequest, current: Current): Promise<string | null> {
  const { declaration } = current;
  const slug = slugOf(declaration, request.id);
  checkIdentity(declaration, { id: request.id, name: request.name ?? current.name, slug });
  const filename = fileOf(slug);
  if (slug !== current.slug) await refuseTaken(deps, current, request.id, slug);
  const text = changeText(current.text, [
    { path: [declaration.idField], value: request.id },
    ...(request.name === undefined ? [] : [{ path: [declaration.nameField], value: request.name }]),
  ]);
  if (text === current.text) return current.slug;
  const checked = checkText(declaration, text, { marked: current.marked, filename });
  const revision = revisionOf(request, current, checked, filename);
  if (filename === current.filename) {
    const also = renameAlso(deps, revision, revision.plan);
    const outcome = await replaceFile(deps, { declaration, revision, bytes: checked.bytes, also });
    if (outcome.type === 'changed') return null;
    if (!outcome.commit.settled || outcome.conflict !== null)
      await scanFiles(deps, declaration, new Set([filename]));
    return slug;
  }
  const commit = await renameFile(deps, { declaration, revision, bytes: checked.bytes });
  if (commit === 'taken')
    throw taken(request.id, `There is a file ${declaration.folder}/${filename} already.`);
  if (commit === 'changed') return null;
  if (!commit.settled) await scanFiles(deps, declaration, new Set([filename]));
  return slug;
}

function revisionOf(
  request: RenameRequest,
  current: Current,
  after: CheckedText,
  filename: string,
): NewRevision & { plan: RenamePlan } {
  return {
    category: request.category,
    slug: current.slug,
    filename,
    before: current,
    after,
    by: madeBy(request.by),
    action: 'rename',
    note: current.id === request.id ? undefined : `«${current.id}» became «${request.id}».`,
    plan: {
      type: 'rename',
      from_filename: current.filename,
      from_slug: current.slug,
      from_id: current.id,
      to_id: request.id,
    },
  };
}

async function refuseTaken(deps: WriteDeps, current: Current, id: string, slug: string): Promise<void> {
  const [row] = await knownSlugs(deps.db, current.declaration.name, [slug]);
  if (row !== undefined && !row.gone)
    throw taken(
      id,
      `${row.filename} has this ${current.declaration.idField}, or one of the same address, already.`,
    );
}

const taken = (id: string, why: string): GazeError =>
  new GazeError('conflict', `${why} Choose another id.`, { field: 'id', details: { id } });
