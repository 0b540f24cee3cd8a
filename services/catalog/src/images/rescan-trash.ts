import { CategoryName } from '@gaze/contracts';
import { sql } from 'kysely';
import { z } from 'zod';
import { ownerOfKey } from './placing.ts';
import { imageFromFiles, readPicture, readSidecar } from './read-picture.ts';
import { ownerIsNsfw } from './rescan-state.ts';
import type { Rescan } from './rescan-state.ts';
import { hideImage, insertImages } from './rows.ts';
import { trashKey } from './sidecars.ts';
import { readTrashPath, trashFolder } from './trash-files.ts';

const Note = z.object({
  at: z.coerce.date(),
  covers: z.array(z.object({ category: CategoryName, slug: z.string() })).catch([]),
});

/** Pictures in the trash of which the database knows nothing any more: they can be restored again. */
export async function takeTrash(scan: Rescan): Promise<void> {
  const { db, store } = scan.deps;
  for await (const entry of store.entries(trashFolder)) {
    const place = entry.key.endsWith('.json') ? null : readTrashPath(entry.key);
    if (place === null || (await isKnown(scan, place.id))) continue;
    const picture = await readPicture(store, entry.key, entry.bytes).catch(() => null);
    if (picture === null) continue;
    const sidecar = await readSidecar(store, `${entry.key}.json`);
    const note = Note.safeParse(sidecar?.raw[trashKey]).data;
    const isNsfw = await ownerIsNsfw(scan, ownerOfKey(place.key));
    const image = { ...imageFromFiles({ ...entry, key: place.key }, picture, sidecar, isNsfw), id: place.id };
    await db.transaction().execute(async (trx) => {
      // Its place may be taken; then it stays in the trash as a file alone.
      if ((await insertImages(trx, [image])).length === 0) return;
      await hideImage(trx, place.id, { reason: 'trash', covers: note?.covers ?? [] });
      await trx
        .updateTable('image_hidden')
        .set({ hidden_at: note?.at ?? entry.modified })
        .where('id', '=', place.id)
        .execute();
    });
  }
}

async function isKnown(scan: Rescan, id: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    SELECT EXISTS (SELECT FROM image WHERE id = ${id}) OR EXISTS (SELECT FROM image_hidden WHERE id = ${id}) AS known`.execute(
    scan.deps.db,
  );
  return rows[0]?.known !== false;
}
