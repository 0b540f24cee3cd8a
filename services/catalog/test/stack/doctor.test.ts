import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DoctorReport } from '@gaze/contracts';
import { thumbKey } from '@gaze/media';
import { verifies } from '@gaze/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { runDoctor } from '../../src/doctor/doctor.ts';
import { buildImages } from '../../src/images/images.ts';
import { setCover } from '../../src/library/covers.ts';
import { picture } from '../support/files.ts';
import { anyText, containing } from '../support/matchers.ts';
import type { TestLibrary } from '../support/library.ts';
import { testLibrary } from '../support/library.ts';
import { completeJob } from '../support/pictures.ts';

const doctor = (on: TestLibrary, options: { repair?: boolean; deep?: boolean } = {}): Promise<DoctorReport> =>
  runDoctor(
    { db: on.db, store: on.store, dataDir: on.data.path, uploadsDir: on.storeRoot },
    {
      async rescanFiles() {
        await on.library.scan(undefined, { everything: true });
      },
      async rescanPictures() {
        await on.images.rescan();
      },
      writeSidecars: on.images.wake,
    },
    { deep: options.deep ?? false, repair: options.repair ?? false },
  );

const wrong = ({ findings }: DoctorReport) =>
  findings.filter(({ state }) => state !== 'good').map(({ check }) => check);

async function host(on: TestLibrary): Promise<void> {
  await on.db
    .insertInto('host')
    .values({ id: 'h', name: 'Atelier', url: 'http://127.0.0.1:1', origin: 'settings', state: 'up' })
    .execute();
}

describe(verifies('doctor.finds', 'the doctor'), () => {
  test('says that everything is in order where it is', async () => {
    await using on = await testLibrary();
    await host(on);
    await on.data.put('scenes', 'quay.json', { scene_id: 'quay' });
    await on.library.scan();
    const report = await doctor(on, { deep: true });
    expect([report.faults, wrong(report)]).toEqual([0, []]);
    expect(report.findings.map(({ message }) => message)).toContain(
      '1 files and their entries say the same.',
    );
  });

  test('finds what does not agree between entries and files, and puts it right on request alone', async () => {
    await using on = await testLibrary();
    await host(on);
    for (const id of ['gone', 'edited', 'whole']) await on.data.put('scenes', `${id}.json`, { scene_id: id });
    await on.library.scan();
    await on.data.remove('scenes', 'gone.json');
    await on.data.put('scenes', 'edited.json', { scene_id: 'edited', scene_name: 'New' });
    await on.data.put('scenes', 'fresh.json', { scene_id: 'fresh' });
    await on.data.put('scenes', 'broken.json', '{');
    await on.library.scan('scenes', { named: new Set(['broken.json']) });
    await on.db
      .insertInto('entity_revision')
      .values({
        ...{ category: 'scenes', slug: 'whole', filename: 'whole.json', made_by: 'user', state: 'pending' },
        ...{ before_hash: null, after_hash: null, before_text: null, after_text: null, note: null },
        created_at: new Date(Date.now() - 3_600_000),
      })
      .execute();
    const look = await doctor(on);
    expect(wrong(look)).toEqual([
      ...['entries-without-file', 'files-without-entry', 'files-changed', 'broken-files', 'pending-writes'],
    ]);
    expect(look.findings).toContainEqual({
      ...{ check: 'entries-without-file', state: 'fault', message: 'One entry has no file.', count: 1 },
      ...{ examples: ['scenes/gone.json'], repair: anyText, repaired: false },
    });
    expect(wrong(await doctor(on)), 'a look changes nothing').toEqual(wrong(look));

    const repaired = await doctor(on, { repair: true });
    expect(repaired.findings.filter((finding) => finding.repaired).map(({ check }) => check)).toEqual([
      ...['entries-without-file', 'files-without-entry', 'files-changed'],
    ]);
    const after = await doctor(on);
    expect(wrong(after), 'only a person can correct a file').toEqual(['broken-files']);
    expect(after.findings).toContainEqual(
      expect.objectContaining({ examples: [containing('broken.json: ')] }),
    );
    expect(after.faults).toBe(1);
  });

  test('finds pictures, sidecars, covers and thumbnails that hang in the air', async () => {
    await using on = await testLibrary();
    await host(on);
    for (const id of ['quay', 'pier']) await on.data.put('scenes', `${id}.json`, { scene_id: id });
    await on.library.scan();
    await completeJob(on, { owner: { category: 'scenes', slug: 'quay' }, count: 3 });
    on.images.wake();
    await on.images.stop();
    const rows = await on.db.selectFrom('image').select(['key', 'sha256']).orderBy('ordinal').execute();
    const [lost, bare, damaged] = rows;
    if (lost === undefined || bare === undefined || damaged === undefined) throw new Error('no pictures');
    await setCover(on.db, 'scenes', 'pier', lost);
    await on.store.delete(lost.key);
    await on.store.delete(`${bare.key}.json`);
    await on.store.put(damaged.key, await picture('png', 8));
    await on.store.put('scenes/quay/found.png', await picture('png', 16));
    await on.store.put(thumbKey('ab'.repeat(32), 384), Buffer.from('x'));
    expect(wrong(await doctor(on, { deep: true }))).toEqual([
      ...['pictures-without-file', 'files-without-picture', 'pictures-damaged', 'sidecars', 'covers'],
      'thumbnails',
    ]);
    expect(wrong(await doctor(on))).not.toContain('pictures-damaged');

    await using again = afterRestart(on);
    await doctor(again.on, { repair: true });
    await again.on.images.stop();
    expect(wrong(await doctor(on))).toEqual([]);
    expect(await on.store.exists(thumbKey('ab'.repeat(32), 384))).toBe(false);
    expect(await on.store.exists(`${bare.key}.json`)).toBe(true);
    const pier = await on.db
      .selectFrom('entity')
      .select('cover_key')
      .where('slug', '=', 'pier')
      .executeTakeFirstOrThrow();
    expect(pier.cover_key).toBeNull();
  });

  test('finds a folder that may not be mounted, an empty trash, silent jobs and missing hosts', async () => {
    await using on = await testLibrary();
    await rm(path.join(on.data.path, '.gaze-data'));
    await on.db
      .insertInto('trash')
      .values({
        ...{
          id: 't',
          category: 'scenes',
          slug: 'x',
          name: 'X',
          filename: 'x.json',
          file: '.trash/scenes/x.json',
        },
        ...{ hash: 'h', model: null, deleted_by: 'user' },
      })
      .execute();
    await on.db.insertInto('batch').values({ id: 'b', kind: 'image', label: '', count: 1 }).execute();
    await on.db
      .insertInto('job')
      .values({
        ...{ id: 'j', batch_id: 'b', ordinal: 0, kind: 'image', status: 'running', lane: 'batch', label: '' },
        ...{ snapshot: '{}', heartbeat_at: sql<Date>`now() - interval '1 hour'` },
      })
      .execute();
    const report = await doctor(on, { repair: true });
    expect(wrong(report)).toEqual(['marker', 'trash', 'jobs', 'hosts']);
    expect(report.findings.map(({ message }) => message)).toContainEqual(containing('may not be mounted'));
    expect(report.findings.find(({ check }) => check === 'trash')?.repaired).toBe(true);
    expect(report.faults, 'the trash was put right').toBe(3);
    await writeFile(path.join(on.data.path, '.gaze-data'), '');
    expect(wrong(await doctor(on))).toEqual(['jobs', 'hosts']);
  });
});

/** The pictures' part of a catalog that was started again: that of the first one has stopped. */
function afterRestart(on: TestLibrary): { on: TestLibrary } & AsyncDisposable {
  const images = buildImages({ db: on.db, store: on.store, events: on.events, log: on.writing.log });
  return { on: { ...on, images }, [Symbol.asyncDispose]: () => images.stop() };
}
