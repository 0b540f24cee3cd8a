import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { verifies } from '@gaze/testing';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const script = (name: string): string => resolve(import.meta.dirname, `../${name}.ts`);

test.each(['backup', 'restore', 'doctor', 'import'])(
  verifies('upkeep.help', '%s says how it is used, and does nothing'),
  async (name) => {
    // A place that cannot be opened: whoever looked for an installation would fail.
    const env = { PATH: process.env.PATH, GAZE_STATE_DIR: '/dev/null/state' };
    const { stdout, stderr } = await run(process.execPath, [script(name), '--help'], { env });
    expect(stdout).toContain(`npm run ${name}`);
    expect(stderr).toBe('');
  },
);
