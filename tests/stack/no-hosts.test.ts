import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import path from 'node:path';
import { eventually, freePort, startStack, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { makeDemoModels } from '../../scripts/launcher/demo.ts';
import { clientOf, ended } from './ask.ts';

describe('no ComfyUI anywhere', () => {
  test(
    verifies('hosts.none', 'a job waits and says why; a ComfyUI that comes up renders it within ten seconds'),
    async () => {
      const port = await freePort();
      await using stack = await startStack({
        demo: false,
        env: { COMFYUI_URLS: `http://127.0.0.1:${port}` },
      });
      const client = clientOf(stack);
      const { hosts } = await client.hosts.list();
      expect(hosts).toHaveLength(1);
      await eventually(async () => {
        const host = (await client.hosts.list()).hosts[0];
        expect(host?.state).toBe('down');
        expect(host?.reason).toContain('refused');
      });

      const submitted = await client.entities.generate('characters', 'captain_oda', {});
      const id = submitted.jobs[0]?.id ?? '';
      await eventually(async () => {
        const job = await client.jobs.get(id);
        expect(job.status).toBe('waiting');
        expect(job.reason).toMatch(/ComfyUI/);
      });

      const modelsDir = path.join(stack.stateDir, 'models');
      makeDemoModels(stack.dataDir, modelsDir);
      await using _standIn = await startComfyStandIn({ port, stepMs: 5, modelsDir });
      expect((await ended(client, id, 10_000)).status).toBe('done');
    },
  );
});
