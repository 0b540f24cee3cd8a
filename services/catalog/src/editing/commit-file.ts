import path from 'node:path';
import type { CategoryDeclaration } from '@gaze/contracts';
import type { Trx } from '../db/connect.ts';
import { cardOf } from '../library/cards.ts';
import { hashOf } from '../library/own-files.ts';
import { parseEntity } from '../library/parse-entity.ts';
import { readEntityFile } from '../library/read-file.ts';
import type { GoodReading } from '../library/read-file.ts';
import { entityRow } from '../library/row.ts';
import type { EntityRow } from '../library/row.ts';
import { countProblems, deleteProblems, upsertEntities } from '../library/scan-store.ts';
import { unknownStamp } from '../library/seen-files.ts';
import type { WriteDeps } from './deps.ts';
import { endRevision } from './revision-store.ts';

export interface WrittenFile {
  declaration: CategoryDeclaration;
  filename: string;
  /** What was written. */
  bytes: Buffer;
  revisionId: number;
}

export interface Commit {
  row: EntityRow;
  /** False: somebody has written to the file since; a scan has to look at it. */
  settled: boolean;
}

/**
 * Brings the row in line with what was written, ends the revision and tells everybody, in one transaction.
 * @param also runs in that transaction before the row is written
 */
export async function commitFile(
  deps: Pick<WriteDeps, 'db' | 'dataDir' | 'events' | 'lock'>,
  file: WrittenFile,
  also?: (trx: Trx, row: EntityRow) => Promise<void>,
): Promise<Commit> {
  const { name: category } = file.declaration;
  const { reading, settled } = writtenReading(deps.dataDir, file);
  const row = entityRow(file.declaration, file.filename, reading);
  await deps.db.transaction().execute(async (trx) => {
    await also?.(trx, row);
    await upsertEntities(trx, [row]);
    await endRevision(trx, file.revisionId);
    if (await deleteProblems(trx, category, [file.filename]))
      await deps.events.emit(trx, { type: 'problems.changed', count: await countProblems(trx) });
    const entity = await cardOf(trx, category, row.slug);
    if (entity !== null) await deps.events.emit(trx, { type: 'entity.changed', entity });
  });
  deps.lock.wrote(category);
  deps.events.wake();
  return { row, settled };
}

/**
 * The row holds what was written, whatever lies there by now. Its stamp counts only where the file was read again and
 * is the same; else the row gets one that no file has, so that the next scan reads the file.
 */
function writtenReading(dataDir: string, file: WrittenFile): { reading: GoodReading; settled: boolean } {
  const { declaration, bytes } = file;
  const there = readEntityFile(path.join(dataDir, declaration.folder, file.filename), declaration);
  if (there?.ok === true && there.hash === hashOf(bytes)) return { reading: there, settled: true };
  const parsed = parseEntity(bytes, declaration);
  if (!parsed.ok) throw new Error(`a text was written that is no entity: ${parsed.fault.message}`);
  return { reading: { ...parsed, stamp: unknownStamp }, settled: false };
}
