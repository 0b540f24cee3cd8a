import { createHash } from 'node:crypto';
import { compareKeys } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { sql } from 'kysely';
import { setCover } from '../library/covers.ts';
import { isHiddenFolder, isPictureKey, jobOfKey } from '../images/placing.ts';
import { rowsInOrder } from '../images/rescan.ts';
import type { DoctorDeps, Finding } from './finding.ts';
import { collect, entriesOf, good } from './finding.ts';

export interface PictureRepairs {
  rescanPictures: () => Promise<void>;
  /** Writes the sidecars that are due. */
  writeSidecars: () => void;
}

/** Pictures and their files, walked through side by side: each row has its file, each file its row. */
export async function checkPictures(
  deps: DoctorDeps,
  repairs: PictureRepairs,
  deep: boolean,
): Promise<Finding[]> {
  const [lost, unknown, other, bare] = [collect(), collect(), collect(), collect()];
  const due = await rowsWithSidecar(deps);
  const known = rowsInOrder(deps.db);
  let row = await known.next();
  let files = 0;
  for await (const { key } of deps.store.entries('', { skip: isHiddenFolder })) {
    if (key.endsWith('.json')) due.delete(key.slice(0, -'.json'.length));
    if (!isPictureKey(key)) continue;
    files++;
    for (; row.done !== true && compareKeys(row.value.key, key) < 0; row = await known.next())
      lost.add(row.value.key);
    if (row.done !== true && row.value.key === key) {
      if (deep && (await isDamaged(deps, key))) other.add(key);
      row = await known.next();
    } else if (jobOfKey(key) === null) unknown.add(key);
  }
  for (; row.done !== true; row = await known.next()) lost.add(row.value.key);
  for (const key of due) bare.add(key);

  const rescan = {
    sentence: 'Looks through the picture store and brings the gallery in line.',
    run: repairs.rescanPictures,
  };
  const sidecars = {
    sentence: 'Writes their sidecars again.',
    async run() {
      await sql`UPDATE image SET sidecar_written = false WHERE key = ANY(${[...due]}::text[])`.execute(
        deps.db,
      );
      repairs.writeSidecars();
    },
  };
  const findings: Finding[] = [];
  const note = (
    check: string,
    found: typeof lost,
    one: string,
    many: string,
    repair: Finding['repair'],
  ): void => {
    if (found.count() === 0) return;
    const message = entriesOf(found.count(), one, many);
    findings.push({
      check,
      state: 'fault',
      message,
      count: found.count(),
      examples: found.examples(),
      repair,
    });
  };
  note('pictures-without-file', lost, 'picture has no file.', 'pictures have no file.', rescan);
  note(
    'files-without-picture',
    unknown,
    'picture file is not in the gallery.',
    'picture files are not in the gallery.',
    rescan,
  );
  note(
    'pictures-damaged',
    other,
    'picture has other bytes than when it came.',
    'pictures have other bytes than when they came.',
    null,
  );
  note('sidecars', bare, 'picture has lost its sidecar.', 'pictures have lost their sidecars.', sidecars);
  if (findings.length > 0) return findings;
  return [good('pictures', `${files} pictures and their files say the same${deep ? ', to the byte' : ''}.`)];
}

async function rowsWithSidecar({ db }: DoctorDeps): Promise<Set<string>> {
  const rows = await db
    .selectFrom('image')
    .select('key')
    .where('sidecar_written', '=', true)
    .where('sidecar_etag', 'is not', null)
    .execute();
  return new Set(rows.map(({ key }) => key));
}

async function isDamaged({ db, store }: DoctorDeps, key: string): Promise<boolean> {
  const row = await db.selectFrom('image').select('sha256').where('key', '=', key).executeTakeFirst();
  const hash = createHash('sha256');
  for await (const chunk of await store.get(key)) hash.update(chunk as Buffer);
  return row !== undefined && hash.digest('hex') !== row.sha256;
}

/** Covers that point at nothing. */
export async function checkCovers({ db, store }: DoctorDeps): Promise<Finding> {
  const rows = await db
    .selectFrom('entity')
    .select(['category', 'slug', 'cover_key'])
    .where('cover_key', 'is not', null)
    .where('gone_at', 'is', null)
    .execute();
  const bad: typeof rows = [];
  for (const row of rows) if (row.cover_key !== null && !(await store.exists(row.cover_key))) bad.push(row);
  if (bad.length === 0) return good('covers', `${rows.length} covers are there.`);
  return {
    ...{ check: 'covers', state: 'fault', count: bad.length },
    message: entriesOf(bad.length, 'cover points at nothing.', 'covers point at nothing.'),
    examples: bad.slice(0, 10).map(({ category, slug }) => `${category}/${slug}`),
    repair: {
      sentence: 'Takes these covers away.',
      async run() {
        for (const { category, slug } of bad) await setCover(db, category, slug, null);
      },
    },
  };
}

const pageSize = 2000;
const thumbPath = /^\.thumbs\/[0-9a-f]{2}\/([0-9a-f]{64})_\d+\.webp$/;

/** Thumbnails of content that nothing shows any more. */
export async function checkThumbs(deps: DoctorDeps): Promise<Finding> {
  const orphans: string[] = [];
  let [count, page]: [number, { key: string; sha256: string }[]] = [0, []];
  const sort = async (): Promise<void> => {
    const used = await usedContent(
      deps,
      page.map(({ sha256 }) => sha256),
    );
    orphans.push(...page.filter(({ sha256 }) => !used.has(sha256)).map(({ key }) => key));
    page = [];
  };
  for await (const { key } of deps.store.entries('.thumbs/')) {
    count++;
    const sha256 = thumbPath.exec(key)?.[1];
    if (sha256 === undefined) continue;
    page.push({ key, sha256 });
    if (page.length >= pageSize) await sort();
  }
  await sort();
  if (orphans.length === 0) return good('thumbnails', `${count} thumbnails belong to a picture.`);
  return {
    ...{ check: 'thumbnails', state: 'note', count: orphans.length, examples: orphans.slice(0, 10) },
    message: entriesOf(
      orphans.length,
      'thumbnail belongs to no picture.',
      'thumbnails belong to no picture.',
    ),
    repair: { sentence: 'Deletes them.', run: () => removeAll(deps.store, orphans) },
  };
}

async function usedContent({ db }: DoctorDeps, sums: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ sha256: string }>`
    SELECT sha256 FROM image WHERE sha256 = ANY(${[...sums]}::text[])
    UNION SELECT sha256 FROM image_hidden WHERE sha256 = ANY(${[...sums]}::text[])
    UNION SELECT cover_sha256 FROM entity WHERE cover_sha256 = ANY(${[...sums]}::text[])`.execute(db);
  return new Set(rows.map(({ sha256 }) => sha256));
}

const dayMs = 86_400_000;

/** Uploads that nobody came back for. */
export async function checkStaging({ store }: DoctorDeps): Promise<Finding> {
  const old: string[] = [];
  for await (const { key, modified } of store.entries('.staging/'))
    if (Date.now() - modified.getTime() > dayMs) old.push(key);
  if (old.length === 0) return good('uploads', 'No upload was left behind.');
  return {
    ...{ check: 'uploads', state: 'note', count: old.length, examples: old.slice(0, 10) },
    message: entriesOf(
      old.length,
      'upload was left behind a day ago or more.',
      'uploads were left behind a day ago or more.',
    ),
    repair: { sentence: 'Deletes them.', run: () => removeAll(store, old) },
  };
}

async function removeAll(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (const key of keys) await store.delete(key);
}
