import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '@gaze/client';
import { eventually, tempDir, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { makeDemoModels } from '../../scripts/launcher/demo.ts';
import { hostsUp, smallPicture, submitAll } from '../faults/submit.ts';
import { startFoundry } from '../support/foundry.ts';
import { clientOf, ended } from './ask.ts';

const lora = 'Illustrious/Looks/elke_marrow_v2.safetensors';
const data = join(import.meta.dirname, '../../data');

test(
  verifies(
    'hosts.files',
    'a LoRA that only one host has sends its jobs there; one that no host has is refused, or waits for a host that may have it',
  ),
  async () => {
    await using home = await tempDir();
    const without = join(home.path, 'without');
    const withIt = join(home.path, 'with');
    for (const dir of [without, withIt]) makeDemoModels(data, dir);
    expect(existsSync(join(without, 'loras', lora))).toBe(true);
    rmSync(join(without, 'loras', lora));
    await using foundry = await startFoundry({
      hosts: 2,
      generators: 1,
      each: (index) => ({ modelsDir: index === 0 ? without : withIt }),
    });
    const { stack } = foundry;
    const client = clientOf(stack);
    await hostsUp(foundry);
    const ids = await submitAll(
      stack,
      [1, 2, 3, 4].map((seed) => smallPicture(seed)),
    );
    for (const id of ids) {
      const job = await ended(client, id);
      expect(job.status).toBe('done');
      expect(job.host?.name).toBe('Cellar');
    }

    // The host that has it goes away: a job waits, says for which file, and runs when the host is back.
    await foundry.host('Cellar').die();
    await eventually(async () => {
      const { hosts } = await client.hosts.list();
      expect(hosts.find((host) => host.name === 'Cellar')?.state).toBe('down');
    });
    const [waiting = ''] = await submitAll(stack, [smallPicture(5)]);
    await eventually(async () => {
      const job = await client.jobs.get(waiting);
      expect(job.status).toBe('waiting');
      expect(job.reason).toMatch(/elke_marrow_v2\.safetensors|Cellar/);
    });
    await foundry.host('Cellar').revive();
    expect((await ended(client, waiting)).host?.name).toBe('Cellar');

    // No host has it, and all of them can say so.
    rmSync(join(withIt, 'loras', lora));
    await foundry.host('Cellar').die();
    await foundry.host('Cellar').revive();
    const refusal = await eventually(
      async () => {
        const answer: unknown = await client.jobs.submit(smallPicture(6)).catch((error: unknown) => error);
        expect(answer).toBeInstanceOf(ApiError);
        return answer as ApiError;
      },
      { timeoutMs: 20_000, everyMs: 500 },
    );
    expect(refusal).toMatchObject({ status: 422, code: 'no_host_has_file' });
    expect(refusal.message).toContain(lora);
    expect(refusal.message).toMatch(/Atelier.*Cellar|Cellar.*Atelier/);
  },
);
