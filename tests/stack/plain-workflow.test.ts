import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startStack, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { clientOf, ended, standInLog } from './ask.ts';

test(
  verifies(
    'workflow.templates',
    'a checkpoint that names the plain template renders by it, from file to picture',
  ),
  async () => {
    await using stack = await startStack();
    const client = clientOf(stack);
    const file = join(stack.dataDir, 'checkpoints/Illustrious_paperlight_xl_safetensors.json');
    const data = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, `${JSON.stringify({ ...data, workflow: 'plain' }, null, 2)}\n`);
    await eventually(async () => {
      const entity = await client.entities.get('checkpoints', 'Illustrious_paperlight_xl_safetensors');
      expect(entity.data.workflow).toBe('plain');
    });
    const { jobs } = await client.entities.generate('characters', 'elke_marrow', {
      checkpoint: 'Illustrious/paperlight_xl.safetensors',
      seed: 11,
    });
    const job = await ended(client, jobs[0]?.id ?? '');
    expect(job.error).toBeNull();
    const logs = await Promise.all(Object.values(stack.standIns).map(standInLog));
    const [post] = logs.flat().filter((entry) => entry.type === 'posted');
    const graph = post?.graph as Record<string, { class_type: string; inputs: Record<string, unknown> }>;
    expect(graph.sample?.inputs).toMatchObject({ seed: 11, steps: data.steps });
    expect(graph.load?.inputs.ckpt_name).toBe('Illustrious/paperlight_xl.safetensors');
    expect(Object.values(graph).map((node) => node.class_type)).not.toContain('FaceDetailer');
  },
);
