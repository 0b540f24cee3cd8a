import type { SubmitInput } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import { expect } from 'vitest';
import { clientOf } from '../stack/ask.ts';
import type { Foundry } from '../support/foundry.ts';

export const checkpoints = [
  'Illustrious/meridian_xl_v3.safetensors',
  'Illustrious/paperlight_xl.safetensors',
  'Illustrious/inkwash_2.safetensors',
] as const;

/** A small picture without detailers: about 25 steps of the host's own time. */
export function smallPicture(seed: number, more: Partial<SubmitInput['recipe']> = {}): SubmitInput {
  return {
    lane: 'batch',
    recipe: {
      owner: { category: 'characters', slug: 'elke_marrow' },
      parts: { characters: [{ slug: 'elke_marrow' }] },
      checkpoint: checkpoints[1],
      faceDetail: 'off',
      handDetail: 'off',
      width: 128,
      height: 128,
      seed,
      ...more,
    },
  };
}

/** Submits pictures as one request; answers the ids of their jobs. */
export async function submitAll(stack: TestStack, entries: readonly SubmitInput[]): Promise<string[]> {
  const reply = await clientOf(stack).batches.submit(entries);
  const refused = reply.entries.find((entry) => entry.problem !== null);
  if (refused !== undefined) throw new Error(`not accepted: ${JSON.stringify(refused.problem)}`);
  return reply.entries.flatMap((entry) => entry.job_ids);
}

export function hostsUp({ stack, hosts }: Foundry): Promise<void> {
  return eventually(
    async () => {
      const known = (await clientOf(stack).hosts.list()).hosts;
      expect(known.map((host) => host.state)).toEqual(hosts.map(() => 'up'));
    },
    { timeoutMs: 30_000, everyMs: 100 },
  );
}
