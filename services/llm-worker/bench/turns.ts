import { join } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { buildChat } from '../src/llm/chat.ts';
import type { Toolbox } from '../src/mcp/toolbox.ts';
import type { Fetch } from '@gaze/runtime';
import { usualLimits } from '../src/run/converse.ts';
import { buildPrompts } from '../src/run/prompts.ts';
import { runTask } from '../src/run/run-task.ts';

// Prints as JSON the worker's own processor time per request to the model, with 20 jobs side by side. The model and the
// tools answer from memory in this process: what is measured is everything that the worker does, and their few lines.

const goalMs = 5;
const jobsSideBySide = 20;
const rounds = 30;
const root = join(import.meta.dirname, '../../..');

const entry = {
  character_name: 'Mara',
  identity: { base_specs: '1girl', hair: 'red hair, long hair', eyes: 'green eyes' },
  defaults: { expression: 'smile', pose: 'standing', scene: 'harbor' },
  wardrobe: { default: { top: 'white shirt', bottom: 'black skirt', footwear: 'boots' } },
  tags: { origin_series: 'Original', origin_type: 'original', nsfw: false },
};
const usage = { prompt_tokens: 900, completion_tokens: 300, total_tokens: 1200 };
const calls = [
  {
    id: 'c1',
    type: 'function',
    function: { name: 'validate_tags', arguments: '{"tags":["red hair","long hair"]}' },
  },
];
const message = (isLast: boolean): object =>
  isLast
    ? { role: 'assistant', content: JSON.stringify(entry) }
    : { role: 'assistant', content: null, tool_calls: calls };

let turns = 0;
/** Two turns with tool calls, then the answer. */
const model: Fetch = async (_input, init) => {
  turns++;
  const body = JSON.parse(init?.body as string) as { messages: { role: string }[] };
  const isLast = body.messages.filter(({ role }) => role === 'tool').length >= 2;
  await new Promise((resolve) => setTimeout(resolve, 5));
  return Response.json({ choices: [{ index: 0, message: message(isLast), finish_reason: 'stop' }], usage });
};

const found = {
  results: ['red hair', 'long hair'].map((tag) => ({
    tag,
    status: 'exact',
    name: tag.replace(' ', '_'),
    category: 'general',
    count: 1,
    suggestions: [],
  })),
};
const toolText = JSON.stringify(found);
const toolbox: Toolbox = {
  offers: () =>
    ['search_tags', 'validate_tags', 'suggest_tags'].map((name) => ({
      name,
      description: 'x'.repeat(200),
      parameters: { type: 'object' },
    })),
  resolve: (tool) => ({ server: 'danbooru', tool }),
  call: () => Promise.resolve({ outcome: 'ok', server: 'danbooru', text: toolText }),
  ask: () => Promise.resolve({ content: [] } satisfies CallToolResult),
  status: () => [],
};
const chat = buildChat({ baseUrl: 'http://127.0.0.1:9/v1', model: 'bench', apiKey: 'k' }, { fetch: model });
const deps = {
  toolbox,
  readPrompt: buildPrompts(join(root, 'prompts')),
  askTags: (tags: string[]) =>
    Promise.resolve(
      tags.map((tag) => ({
        tag,
        status: 'exact' as const,
        name: tag.replaceAll(' ', '_'),
        category: 'general' as const,
        count: 1,
        suggestions: [],
      })),
    ),
  secrets: ['some-secret', 'another-secret'],
  now: () => performance.now(),
  date: () => new Date(),
};

async function round(): Promise<number> {
  const before = process.threadCpuUsage();
  const turnsBefore = turns;
  const outcomes = await Promise.all(
    Array.from({ length: jobsSideBySide }, (_, n) =>
      runTask(
        deps,
        chat,
        {
          kind: 'create_entity',
          category: 'characters',
          name: `Mara ${n}`,
          description: 'Red hair, green eyes. '.repeat(20),
        },
        { signal: new AbortController().signal, limits: usualLimits, progress: () => undefined },
      ),
    ),
  );
  if (outcomes.some(({ kind }) => kind !== 'done')) throw new Error('a job failed');
  const spent = process.threadCpuUsage(before);
  return (spent.user + spent.system) / 1000 / (turns - turnsBefore);
}

for (let warm = 0; warm < 5; warm++) await round();
const perTurn: number[] = [];
for (let n = 0; n < rounds; n++) perTurn.push(await round());
perTurn.sort((a, b) => a - b);
const at = (share: number): number =>
  Number((perTurn[Math.floor((perTurn.length - 1) * share)] ?? 0).toFixed(3));
const result = {
  jobs_side_by_side: jobsSideBySide,
  turns,
  cpu_ms_per_turn: { p50: at(0.5), p95: at(0.95) },
  goal_ms: goalMs,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exitCode = at(0.95) <= goalMs * 2 ? 0 : 1;
