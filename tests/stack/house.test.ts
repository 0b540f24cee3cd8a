import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { eventually, freePort, startStack, tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { clientOf, ended } from './ask.ts';

describe('services share nothing but the bus and the picture store', () => {
  test(
    verifies(
      'services.share-nothing',
      'gateway and generator start and work without a database and without the data folder',
    ),
    async () => {
      await using uploads = await tempDir();
      await using stack = await startStack({ env: { UPLOADS_DIR: uploads.path } });
      const client = clientOf(stack);
      for (const name of ['gateway', 'generator']) {
        const environment = (
          await readFile(`/proc/${String(stack.process(name).pid)}/environ`, 'utf8')
        ).split('\0');
        expect(environment.filter((line) => /^(DATABASE_URL|DATA_DIR|PG\w+)=/.test(line))).toEqual([]);
      }
      await client.queues.pause('image');
      const submitted = await client.entities.generate('characters', 'elke_marrow', {});
      const id = submitted.jobs[0]?.id ?? '';
      // Not unreadable but not there at all, which holds for root too; then both begin anew.
      await rename(stack.dataDir, `${stack.dataDir}-away`);
      for (const name of ['gateway', 'generator']) stack.process(name).kill('SIGKILL');
      await eventually(() => client.queues.resume('image'), { timeoutMs: 20_000 });

      const job = await ended(client, id);
      expect(job.status).toBe('done');
      const url = stack.url + (job.images[0]?.url ?? '');
      const picture = await fetch(url, { headers: { 'x-api-key': stack.apiKey } });
      expect(picture.status).toBe(200);
      await rename(`${stack.dataDir}-away`, stack.dataDir);
      expect((await client.library.list('characters', { limit: 1 })).items).toHaveLength(1);
    },
  );
});

describe('the house as a person starts it', () => {
  test(
    verifies(
      ['house.start', 'house.second-start', 'house.stop'],
      'starts, says where it is, refuses a second start with a sentence, stops in order, and starts again with what was there',
    ),
    async () => {
      await using home = await tempDir();
      const ours = path.join(import.meta.dirname, '../../data');
      const isOwn = (file: string): boolean => !/uploads|\.gaze-/.test(path.relative(ours, file));
      await cp(ours, path.join(home.path, 'data'), { recursive: true, filter: isOwn });
      const env = {
        ...process.env,
        GAZE_STATE_DIR: path.join(home.path, 'a state'),
        DATA_DIR: path.join(home.path, 'data'),
        UPLOADS_DIR: path.join(home.path, 'uploads'),
        PORT: String(await freePort()),
      };
      await using first = start(env);
      const address = await first.address;
      expect((await fetch(`${new URL(address).origin}/healthz`)).status).toBe(200);

      await using second = start(env);
      expect(await second.ended).toBe(1);
      expect(second.output()).toContain(new URL(address).port);
      expect(second.output()).not.toMatch(/\n\s+at /);

      first.child.kill('SIGINT');
      expect(await first.ended).toBe(0);
      expect(first.output()).toContain('Stopped.');

      await using third = start(env);
      await third.address;
      expect(third.output()).not.toContain('a new database');
      third.child.kill('SIGTERM');
      expect(await third.ended).toBe(0);
    },
  );
});

function start(env: NodeJS.ProcessEnv) {
  const script = path.join(import.meta.dirname, '../../scripts/start.ts');
  const child = spawn(process.execPath, [script, '--demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const address = Promise.withResolvers<string>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    const found = /http:\/\/\S+\?token=\S+/.exec(text);
    if (found !== null) address.resolve(found[0]);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'exit').then(([code]) => {
    address.reject(new Error(`It ended with ${String(code)} before it was ready:\n${text}`));
    return code as number | null;
  });
  address.promise.catch(() => undefined);
  return {
    child,
    address: address.promise,
    ended,
    output: () => text,
    /** Nothing is left behind by a test that fails half-way. */
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
