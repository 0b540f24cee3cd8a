import { parseArgs } from 'node:util';
import { buildDanbooru } from './update/danbooru.ts';
import { updateList } from './update/update-list.ts';

const usualMinCount = 50;
const usualPauseMs = 1000;

/**
 * `npm run tags:update`: fetches Danbooru's tags into a folder of lists.
 * @returns the exit code
 */
export async function runUpdate(
  args: readonly string[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const usage = `Usage: npm run tags:update -- [--dir data/tags] [--min-count ${usualMinCount}] [--pause-ms ${usualPauseMs}]`;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string', default: 'data/tags' },
        'min-count': { type: 'string', default: String(usualMinCount) },
        'pause-ms': { type: 'string', default: String(usualPauseMs) },
        'base-url': { type: 'string', default: 'https://danbooru.donmai.us/' },
      },
    });
    const minCount = wholeNumber('--min-count', values['min-count'], 1);
    const pauseMs = wholeNumber('--pause-ms', values['pause-ms'], 0);
    const danbooru = buildDanbooru({ baseUrl: values['base-url'], pauseMs, signal, say });
    const { tags, aliases } = await updateList({ folder: values.dir, danbooru, minCount, say });
    say(`danbooru.csv holds ${tags} tags and ${aliases} aliases now.`);
    return 0;
  } catch (error) {
    if (signal.aborted) say('Stopped. The next run goes on from here.');
    else say(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 1;
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${name} is a whole number from ${least} on, not «${text}».`);
}

if (import.meta.main) {
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  process.exitCode = await runUpdate(
    process.argv.slice(2),
    (line) => process.stdout.write(`${line}\n`),
    stopping.signal,
  );
}
