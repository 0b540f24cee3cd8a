import { tempDir, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { crashFile } from '../support/crash-file.ts';
import { startFoundry } from '../support/foundry.ts';
import { randomFrom } from '../support/random.ts';
import type { Campaign } from './adversary.ts';
import { costOf, expectPeace, planFaults, strike } from './adversary.ts';
import { hostsUp } from './submit.ts';

/** `npm run test:faults -- --seeds 1,2,3` sets them, and the long plan; a plain run takes one short one. */
const seeds = (process.env.GAZE_FAULT_SEEDS ?? '20261123').split(',').map(Number);
const long = process.env.GAZE_FAULT_LONG === '1';

describe('generators under an adversary, a prefetched job present', () => {
  test.each(seeds)(
    verifies(
      ['R1', 'R7', 'R8'],
      'seed %i: killed and stopped at every named point and at random, every job ends with one picture, and a kill costs one rendering at most',
    ),
    { timeout: long ? 900_000 : 150_000 },
    async (seed) => {
      await using dir = await tempDir('gaze-crash-');
      const crash = crashFile(dir.path);
      await using foundry = await startFoundry({
        hosts: 2,
        generators: 2,
        stepMs: 25,
        loadMs: 100,
        env: { GAZE_CRASH_FILE: crash.path },
      });
      await hostsUp(foundry);
      const random = randomFrom(seed);
      const generators = ['generator', 'generator-2'];
      const campaign: Campaign = { foundry, crash, random, generators };
      let submitted = 0;
      let allowed = 0;
      for (const fault of planFaults(random, generators, { long })) {
        const began = performance.now();
        submitted += await strike(campaign, fault, submitted);
        allowed += costOf(fault);
        await expectPeace(campaign, submitted, allowed);
        process.stdout.write(
          `seed ${seed} ${JSON.stringify(fault)}: ${Math.round(performance.now() - began)} ms\n`,
        );
      }
      expect(submitted).toBeGreaterThan(0);
    },
  );
});
