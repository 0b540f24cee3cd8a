import path from 'node:path';
import type { CategoryName, EntityText } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { notThere } from '../library/detail.ts';
import { hashOf } from '../library/own-files.ts';
import { maxBytes, readEntityFile } from '../library/read-file.ts';
import { bytesOf } from './file-steps.ts';
import { textWithoutMark } from './versions.ts';

/** An entity's file as it lies there, a broken one too. @throws GazeError not_found; payload_too_large */
export async function rawText(
  deps: { db: Db; dataDir: string },
  category: CategoryName,
  slug: string,
): Promise<EntityText> {
  const declaration = categories[category];
  const row = await deps.db
    .selectFrom('entity')
    .select('filename')
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where('gone_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw notThere(category, slug);
  const file = path.join(deps.dataDir, declaration.folder, row.filename);
  const reading = readEntityFile(file, declaration);
  if (reading?.stamp != null && reading.stamp.size > maxBytes)
    throw new GazeError('payload_too_large', `The file ${row.filename} is too large to be shown.`, {
      file: row.filename,
    });
  const bytes = reading?.ok === false && reading.fault.kind === 'unreadable' ? null : await bytesOf(file);
  if (bytes === null) throw notThere(category, slug);
  return {
    text: textWithoutMark(bytes),
    revision: hashOf(bytes),
    filename: row.filename,
    problem: reading?.ok === false ? reading.fault : null,
  };
}
