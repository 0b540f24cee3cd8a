import path from 'node:path';
import type { CategoryDeclaration, CategoryName, EntityData } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import { notThere } from '../library/detail.ts';
import type { FileFault } from '../library/faults.ts';
import { readEntityFile } from '../library/read-file.ts';
import type { GoodReading } from '../library/read-file.ts';
import { scanFiles } from '../library/scan.ts';
import type { WriteDeps } from './deps.ts';
import type { Version } from './revision-store.ts';
import { settlePending } from './settle.ts';
import { isMarked } from './versions.ts';

/** An entity as its file says at this moment, the row in line with it. */
export interface Current extends Version {
  declaration: CategoryDeclaration;
  slug: string;
  id: string;
  name: string;
  filename: string;
  data: EntityData;
  /** The file begins with a byte order mark, and goes on doing so. */
  marked: boolean;
}

/**
 * Looks at an entity before a write, under its folder's lock. An edit from outside that no scan has met yet is taken
 * over first, so that the history has no gaps.
 * @throws GazeError not_found; data_error where the file is broken, because GAZE never writes over such a file
 */
export async function openEntity(deps: WriteDeps, category: CategoryName, slug: string): Promise<Current> {
  const declaration = categories[category];
  await settlePending(deps, declaration);
  const row = await rowOf(deps, category, slug);
  if (row === undefined) throw notThere(category, slug);
  const reading = readEntityFile(path.join(deps.dataDir, declaration.folder, row.filename), declaration);
  if (reading?.ok === true && reading.hash === row.revision) return currentOf(declaration, row, reading);
  await scanFiles(deps, declaration, new Set([row.filename]));
  if (reading?.ok === false) throw brokenFile(declaration, row.filename, reading.fault);
  const after = await rowOf(deps, category, slug);
  if (after === undefined) throw notThere(category, slug);
  const again = readEntityFile(path.join(deps.dataDir, declaration.folder, after.filename), declaration);
  if (again?.ok === true && again.hash === after.revision) return currentOf(declaration, after, again);
  if (again === null) {
    throw new GazeError(
      'data_error',
      `The file ${declaration.folder}/${after.filename} is not there. Nothing was changed.`,
      {
        file: `${declaration.folder}/${after.filename}`,
        hint: 'Check that the data folder is mounted, or put the file back.',
      },
    );
  }
  throw await notTakenOver(deps, declaration, after.filename);
}

function rowOf(deps: WriteDeps, category: CategoryName, slug: string) {
  return deps.db
    .selectFrom('entity')
    .select(['slug', 'id', 'name', 'filename', 'revision'])
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
}

function currentOf(
  declaration: CategoryDeclaration,
  row: { slug: string; id: string; name: string; filename: string },
  reading: GoodReading,
): Current {
  const { hash, text, data } = reading;
  const { slug, id, name, filename } = row;
  return { declaration, slug, id, name, filename, hash, text, data, marked: isMarked(reading) };
}

/** The file is well-formed and cannot be taken over all the same: its id has changed, say. */
async function notTakenOver(
  deps: WriteDeps,
  declaration: CategoryDeclaration,
  file: string,
): Promise<GazeError> {
  const problem = await deps.db
    .selectFrom('problem_file')
    .select(['kind', 'message', 'line', 'column', 'pointer'])
    .where('category', '=', declaration.name)
    .where('file', '=', file)
    .executeTakeFirst();
  if (problem !== undefined) return brokenFile(declaration, file, problem);
  return new GazeError('conflict', 'The file is being written to at this moment. Try again.', {
    file: `${declaration.folder}/${file}`,
  });
}

function brokenFile(declaration: CategoryDeclaration, filename: string, fault: FileFault): GazeError {
  const file = `${declaration.folder}/${filename}`;
  return new GazeError(
    'data_error',
    `GAZE does not write to ${file} while it has a fault. ${fault.message}`,
    {
      file,
      field: fault.pointer ?? undefined,
      hint: 'Correct the file in an editor; GAZE takes it over within seconds.',
      details: fault,
    },
  );
}
