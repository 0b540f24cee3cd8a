import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** What is wanted of Danbooru's API, a page at a time. */
export interface Danbooru {
  /** Tags with an id below `before`, highest id first; all of them where `before` is null. An empty page is the end. */
  tags: (before: number | null, minCount: number) => Promise<RemoteTag[]>;
  aliases: (before: number | null) => Promise<RemoteAlias[]>;
}

const RemoteTag = z.object({
  id: z.number().int(),
  name: z.string(),
  category: z.number().int(),
  post_count: z.number().int(),
  is_deprecated: z.boolean().default(false),
});
export type RemoteTag = z.infer<typeof RemoteTag>;

const RemoteAlias = z.object({
  id: z.number().int(),
  antecedent_name: z.string(),
  consequent_name: z.string(),
});
export type RemoteAlias = z.infer<typeof RemoteAlias>;

/** The most that Danbooru gives at once. */
const pageSize = 1000;
const tries = 6;
const longestWaitMs = 120_000;
const answerWithinMs = 60_000;

/** Pages by id (`page=b<id>`), as Danbooru asks of those who read more than a thousand pages; never two requests at once. */
export function buildDanbooru(options: {
  baseUrl: string;
  /** Between two requests. */
  pauseMs: number;
  signal: AbortSignal;
  say: (line: string) => void;
}): Danbooru {
  let last = -Infinity;

  async function get<T extends z.ZodType>(
    path: string,
    query: Record<string, string>,
    schema: T,
  ): Promise<z.output<T>> {
    const url = new URL(path, options.baseUrl);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    for (let attempt = 1; ; attempt++) {
      await wait(Math.max(0, last + options.pauseMs - performance.now()), undefined, {
        signal: options.signal,
      });
      const answer = await ask(url, options.signal).finally(() => (last = performance.now()));
      if (answer.kind === 'json') return schema.parse(answer.body);
      if (answer.kind === 'refused')
        throw new Error(
          `Danbooru refused the request (${answer.status}). Its rules may have changed; try again later.`,
        );
      if (attempt === tries)
        throw new Error(
          `Danbooru does not answer (${answer.why}). Run this again later; it goes on where it stopped.`,
        );
      const pauseMs = Math.min(answer.retryAfterMs ?? options.pauseMs * 2 ** attempt, longestWaitMs);
      options.say(`${answer.why}; waiting ${Math.ceil(pauseMs / 1000)} s`);
      await wait(pauseMs, undefined, { signal: options.signal });
    }
  }

  const page = (before: number | null): Record<string, string> => ({
    limit: String(pageSize),
    ...(before === null ? {} : { page: `b${before}` }),
  });
  return {
    tags: (before, minCount) =>
      get(
        'tags.json',
        {
          ...page(before),
          'search[post_count]': `>=${minCount}`,
          only: 'id,name,category,post_count,is_deprecated',
        },
        z.array(RemoteTag),
      ),
    aliases: (before) =>
      get(
        'tag_aliases.json',
        { ...page(before), 'search[status]': 'active', only: 'id,antecedent_name,consequent_name' },
        z.array(RemoteAlias),
      ),
  };
}

type Answer =
  | { kind: 'json'; body: unknown }
  | { kind: 'refused'; status: number }
  | { kind: 'later'; why: string; retryAfterMs: number | null };

async function ask(url: URL, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', 'user-agent': 'gaze-tags-update/0.1' },
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    if (response.ok) return { kind: 'json', body: await response.json() };
    await response.body?.cancel();
  } catch {
    signal.throwIfAborted();
    return { kind: 'later', why: 'no answer from Danbooru', retryAfterMs: null };
  }
  const { status } = response;
  if (status !== 429 && status < 500) return { kind: 'refused', status };
  const seconds = Number(response.headers.get('retry-after') ?? 'x');
  return {
    kind: 'later',
    why: status === 429 ? 'Danbooru asks for patience' : `Danbooru answers ${status}`,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
  };
}
