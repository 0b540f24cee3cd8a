import { parseArgs } from 'node:util';
import { locateNatsServer } from '../../scripts/launcher/nats/locate.ts';
import { benches } from './benches.ts';
import { distance } from './row.ts';
import type { Row } from './row.ts';

/*
 * npm run bench [-- P1 P2 …] [--quick] [--seed 7] [--seeds 1,2,3]
 * One seed for what is drawn once; several for the mixes of P4, which are drawn from the one where none are given.
 * Prints one JSON row per measured promise and ends with 1 where one is over twice its goal.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
  },
});
const seed = Number(values.seed);
const seeds =
  values.seeds?.split(',').map(Number) ??
  Array.from({ length: values.quick ? 5 : 40 }, (_, n) => seed * 1000 + n);
if (![seed, ...seeds].every(Number.isSafeInteger)) {
  process.stderr.write('Seeds are whole numbers, as in --seeds 1,2,3.\n');
  process.exit(2);
}
const wanted = positionals.map((id) => id.toUpperCase());
const unknown = wanted.filter((id) => !benches.some((bench) => bench.id === id));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(', ')}; there are ${benches.map(({ id }) => id).join(', ')}.\n`,
  );
  process.exit(2);
}

const nats = await locateNatsServer(process.env, (line) => process.stderr.write(`${line}\n`));
process.env.GAZE_NATS_BIN = nats.path;

const rows: Row[] = [];
for (const bench of benches) {
  if (wanted.length > 0 && !wanted.includes(bench.id)) continue;
  process.stderr.write(`${bench.id}: ${bench.title} …\n`);
  for (const row of await bench.run({ quick: values.quick, seed, seeds })) {
    rows.push(row);
    process.stdout.write(`${JSON.stringify({ ...row, distance: Math.round(distance(row) * 100) / 100 })}\n`);
  }
}
const over = rows.filter((row) => !(distance(row) <= 2));
if (over.length > 0) process.stderr.write(`Over twice the goal: ${over.map(({ id }) => id).join(', ')}.\n`);
process.exitCode = over.length > 0 ? 1 : 0;
