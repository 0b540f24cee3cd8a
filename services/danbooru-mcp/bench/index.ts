import { buildTagIndex } from '../src/tags/index.ts';
import { mergeLists } from '../src/list/merge.ts';
import { manyTags } from '../test/unit/entries.ts';

// Prints as JSON how long the index takes to answer at 200,000 tags, and how that compares with looking at every name.
// Processor time of this thread: on a shared machine the wall clock measures the neighbours.

const goalMs = 2;
const { lines } = manyTags(200_000);
const text = lines.join('\n');
const names = lines.map((line) => line.slice(0, line.indexOf(',')));

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const began = cpuMs();
const index = buildTagIndex(mergeLists([{ name: 'bench.csv', text }]).entries);
const loadMs = cpuMs() - began;

const limit = 20;
const swap = (name: string): string => `${name.slice(0, 3)}${name[4] ?? 'e'}${name[3] ?? ''}${name.slice(5)}`;
const samples = names.filter((_, at) => at % 997 === 0);
const cases: Record<string, (name: string) => unknown> = {
  'search, one letter': (name) => index.search(name.slice(0, 1), { limit }),
  'search, three letters': (name) => index.search(name.slice(0, 3), { limit }),
  'search, one letter, one category': (name) => index.search(name.slice(0, 1), { limit, category: 'meta' }),
  'suggest, one letter': (name) => index.suggest(name.slice(0, 1), { limit: 100 }),
  'suggest, second word': (name) => index.suggest(name.split('_')[1] ?? name, { limit }),
  'suggest, slip': (name) => index.suggest(swap(name), { limit }),
  'validate, exact': (name) => index.validate(name),
  'validate, one slip': (name) => index.validate(swap(name)),
  'validate, two slips': (name) => index.validate(swap(name).slice(0, -1)),
  'validate, nothing like it': (name) => index.validate(Array.from(name).reverse().join('')),
  'every name looked at': (name) =>
    names.filter((other) => other.startsWith(name.slice(0, 3))).slice(0, limit),
};

// The kernel counts a thread's time in steps that are longer than most questions: they are asked in batches.
const batch = 20;
const results = Object.entries(cases).map(([name, ask]) => {
  for (const sample of samples.slice(0, 40)) ask(sample);
  const batches = Array.from({ length: Math.floor(samples.length / batch) }, (_, at) => {
    const start = cpuMs();
    for (const sample of samples.slice(at * batch, (at + 1) * batch)) ask(sample);
    return (cpuMs() - start) / batch;
  });
  const mean = batches.reduce((sum, one) => sum + one, 0) / batches.length;
  return {
    name,
    cpu_ms: Number(mean.toFixed(4)),
    slowest_batch_cpu_ms: Number(Math.max(...batches).toFixed(4)),
  };
});
const plain = results.at(-1)?.cpu_ms ?? 1;
const rows = results.map((row) => ({
  ...row,
  share_of_looking_at_every_name: Number((row.cpu_ms / plain).toFixed(4)),
}));
const slow = rows.slice(0, -1).filter((row) => row.cpu_ms > goalMs * 2);
process.stdout.write(
  `${JSON.stringify({ tags: index.tags, load_ms: Math.round(loadMs), goal_ms: goalMs, rows }, null, 2)}\n`,
);
process.exitCode = slow.length === 0 ? 0 : 1;
