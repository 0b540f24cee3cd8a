import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** What a service would write: a process of its own, because the log goes to the process's output. */
function written(line: string): string {
  const program = `
    import { buildLog } from ${JSON.stringify(source)};
    const log = buildLog({ service: 'gateway', instance: 'g1', level: 'info' });
    ${line}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}

test('lines are JSON with the service and the instance', () => {
  expect(JSON.parse(written("log.info({ jobs: 3 }, 'ready')"))).toMatchObject({
    service: 'gateway',
    instance: 'g1',
    msg: 'ready',
    jobs: 3,
  });
});

test('secrets never reach it, at the top, one below, and in headers', () => {
  const text = written(`
    log.info({ password: 'hunter2', token: 'hunter2', env: { secretKey: 'hunter2', accessKey: 'hunter2' } }, 'a');
    log.info({ req: { headers: { authorization: 'hunter2', cookie: 'hunter2', 'x-api-key': 'hunter2' } } }, 'b');
    log.info({ res: { headers: { 'set-cookie': 'hunter2' } } }, 'c');`);
  expect(text).not.toContain('hunter2');
  expect(text.match(/\[secret\]/g)?.length).toBe(8);
});

test('addresses lose their query, errors keep their cause', () => {
  const text = written(`
    log.info({ url: '/api/v1/images?api_key=hunter2' }, 'a');
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'b');
    log.debug('too quiet');`);
  expect(text).not.toContain('hunter2');
  expect(text).toContain('"url":"/api/v1/images"');
  expect(text).toContain('inner');
  expect(text).not.toContain('too quiet');
});
