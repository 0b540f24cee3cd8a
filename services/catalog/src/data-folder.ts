import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { categoryList } from '@gaze/contracts';
import type { Db } from './db/connect.ts';
import { markerFile } from './library/scan.ts';

const key = 'data_folder_marked';

/**
 * Marks the data folder as ours, once in the life of a database. Later the marker is only looked for: where it is
 * missing the folder may not be mounted, and a new marker would hide just that.
 */
export async function markDataFolder(db: Db, dataDir: string): Promise<void> {
  const marked = await db.selectFrom('setting').select('key').where('key', '=', key).executeTakeFirst();
  if (marked !== undefined) return;
  for (const { folder } of categoryList) await mkdir(path.join(dataDir, folder), { recursive: true });
  await writeFile(
    path.join(dataDir, markerFile),
    'GAZE looks for this file to see that its data folder is mounted.\n',
  );
  await db.insertInto('setting').values({ key, value: 'true' }).execute();
}
