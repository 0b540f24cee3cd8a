import { startStack, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { runGenerated } from '../api/run.ts';

/** `npm run test:api` asks ten thousand times for each route class; a plain run takes fewer. */
const cases = Number(process.env.GAZE_API_CASES ?? '40');
const seed = Number(process.env.GAZE_API_SEED ?? '20261125');

test(
  verifies(
    'S1',
    `${cases} generated requests for each route class: no answer that the document does not declare, and none of the inside`,
  ),
  { timeout: 300_000 + cases * 21 * 100 },
  async () => {
    await using stack = await startStack({ env: { REQUESTS_PER_MINUTE: '1000000' } });
    const tallies = await runGenerated(stack, { cases, seed });
    for (const { tag, cases: sent, accepted, faults } of tallies)
      process.stdout.write(`${tag}: ${sent} sent, ${accepted} accepted, ${faults.length} faults\n`);
    expect(tallies.flatMap(({ faults }) => faults.slice(0, 5))).toEqual([]);
    const [sent, accepted] = tallies.reduce(([a, b], tally) => [a + tally.cases, b + tally.accepted], [0, 0]);
    expect(accepted / sent).toBeGreaterThan(0.3);
  },
);
