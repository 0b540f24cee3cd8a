import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ApiError, buildClient } from '@gaze/client';
import type { Client } from '@gaze/client';
import { eventually, startStack, tempDir, verifies } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpack } from '../support/unpack.ts';

let stack: TestStack;
let client: Client;
let folder: Awaited<ReturnType<typeof tempDir>>;
beforeAll(async () => {
  folder = await tempDir();
  // Root's PostgreSQL runs as somebody else, who has to pass through.
  await chmod(folder.path, 0o711);
  stack = await startStack({ env: { IMPORT_ROOTS: folder.path } });
  client = buildClient({ baseUrl: stack.url, apiKey: stack.apiKey });
  await client.entities.favourite('characters', 'elke_marrow', true);
  const { job_ids: ids } = await client.entities
    .generate('characters', 'elke_marrow', { cover: 'replace' })
    .then(({ jobs }) => ({ job_ids: jobs.map(({ id }) => id) }));
  await eventually(async () => expect((await client.jobs.get(ids[0] ?? '')).status).toBe('done'), {
    timeoutMs: 60_000,
  });
});
afterAll(async () => {
  await stack.stop();
  await folder[Symbol.asyncDispose]();
});

const scripts = resolve(import.meta.dirname, '../../scripts');

/** Runs a command of the house as a person does. */
function run(
  command: string,
  args: readonly string[],
  places: { stateDir: string; dataDir: string; uploadsDir: string },
): Promise<{ code: number; text: string }> {
  const env = {
    ...{ PATH: process.env.PATH, GAZE_STATE_DIR: places.stateDir },
    ...{
      DATA_DIR: places.dataDir,
      UPLOADS_DIR: places.uploadsDir,
      PROMPTS_DIR: join(folder.path, 'prompts'),
    },
  };
  return new Promise((done) => {
    execFile(process.execPath, [join(scripts, `${command}.ts`), ...args], { env }, (error, out, problem) =>
      done({ code: error === null ? 0 : Number(error.code), text: out + problem }),
    );
  });
}

test(
  verifies(
    'backup.archive',
    'a backup is made over the API, downloaded in two parts, and restored by command',
  ),
  async () => {
    const made = await client.upkeep.makeBackup({ pictures: true });
    expect(made.state).toBe('running');
    await eventually(
      async () =>
        expect((await client.upkeep.backups()).backups).toMatchObject([
          { id: made.id, state: 'done', problem: null },
        ]),
      { timeoutMs: 60_000 },
    );
    const part = async (range: string): Promise<Buffer> => {
      const answer = await fetch(client.upkeep.backupUrl(made.id), {
        headers: { 'x-api-key': stack.apiKey, range },
      });
      expect(answer.status).toBe(206);
      return Buffer.from(await answer.arrayBuffer());
    };
    const archive = Buffer.concat([await part('bytes=0-9999'), await part('bytes=10000-')]);
    const downloaded = join(folder.path, 'gaze-backup.zip');
    await writeFile(downloaded, archive);
    const unpacked = join(folder.path, 'unpacked');
    const names = await unpack(archive, unpacked);
    expect(names).toEqual(
      expect.arrayContaining(['manifest.json', 'files.ndjson', 'data/characters/elke_marrow.json']),
    );
    expect(names).not.toContain('bus.key');

    const fresh = {
      stateDir: join(folder.path, 'fresh/state'),
      dataDir: join(folder.path, 'fresh/data'),
      uploadsDir: join(folder.path, 'fresh/uploads'),
    };
    for (const place of [join(folder.path, 'fresh'), fresh.stateDir]) {
      await mkdir(place);
      await chmod(place, 0o711);
    }
    await mkdir(fresh.dataDir);
    const cut = join(folder.path, 'cut.zip');
    await writeFile(cut, archive.subarray(0, archive.length - 30));
    const refused = await run('restore', [cut], fresh);
    expect(refused).toMatchObject({
      code: 1,
      text: expect.stringContaining('Download it again') as string,
    });
    const restored = await run('restore', [downloaded], fresh);
    expect(restored).toMatchObject({
      code: 0,
      text: expect.stringContaining('Restored the backup of') as string,
    });
    expect((await readdir(fresh.stateDir)).filter((name) => name.startsWith('unpacked-'))).toEqual([]);
    expect(await readFile(join(fresh.dataDir, 'characters/elke_marrow.json'), 'utf8')).toBe(
      await readFile(join(stack.dataDir, 'characters/elke_marrow.json'), 'utf8'),
    );
    // Everything agrees but the hosts, which nobody has looked at yet.
    const checked = await run('doctor', ['--deep'], fresh);
    expect(checked.text).not.toMatch(/BAD .*(picture|file|entr|cover)/);
    expect(checked.text).toMatch(/ok\s+1 pictures and their files say the same, to the byte/);
    const again = await run('restore', [unpacked], fresh);
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining('--overwrite') as string });

    await client.upkeep.deleteBackup(made.id);
    expect((await client.upkeep.backups()).backups).toEqual([]);
    expect(await client.upkeep.deleteBackup(made.id).catch((error: unknown) => error)).toMatchObject({
      status: 404,
    });
  },
);

test(
  verifies('backup.folder', 'while GAZE runs: backup, doctor and storage by command and API'),
  async () => {
    const target = join(folder.path, 'by-command');
    const backup = await run('backup', [target], stack);
    expect(backup).toMatchObject({
      code: 0,
      text: expect.stringContaining(`The backup is in ${target}`) as string,
    });
    expect(JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'))).toMatchObject({
      pictures: false,
    });
    expect((await run('restore', [target], stack)).text).toContain('Stop it first');
    const doctor = await run('doctor', ['--repair'], stack);
    expect(doctor).toMatchObject({
      code: 0,
      text: expect.stringContaining('Everything is in order.') as string,
    });
    expect(await client.upkeep.doctor()).toMatchObject({ faults: 0 });
    expect(await client.upkeep.storage()).toMatchObject({
      ...{ pictures: { count: 1 }, store: stack.pictures, jobs: 1 },
      // How much room an S3 server has left is not to be asked of it.
      disks: [{ holds: 'data' }, ...(stack.pictures === 'disk' ? [{ holds: 'pictures' }] : [])],
    });
  },
);

test(
  verifies('import.original', 'over the API below the allowed folders, and by command from any'),
  async () => {
    const original = join(folder.path, 'original');
    await mkdir(join(original, 'data/scenes'), { recursive: true });
    await writeFile(join(original, 'data/scenes/jetty.json'), '{"scene_id": "jetty", "scene_name": "Jetty"}');
    const refusal: unknown = await client.upkeep
      .startImport({ folder: stack.stateDir })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ status: 400 });
    await client.upkeep.startImport({ folder: original, dry_run: true });
    await eventually(async () =>
      expect((await client.upkeep.lastImport()).run).toMatchObject({
        state: 'done',
        report: { entries: { added: 1 } },
      }),
    );
    const taken = await run('import', [original], stack);
    expect(taken).toMatchObject({ code: 0, text: expect.stringContaining('entries: 1 new') as string });
    expect((await client.entities.get('scenes', 'jetty')).name).toBe('Jetty');
    expect((await run('import', [stack.stateDir], stack)).code).toBe(1);
  },
);
