import type { McpServerStatus } from '@gaze/contracts';
import { sleep } from '@gaze/runtime';
import type { Fetch, Log } from '@gaze/runtime';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { shownAddress } from './config.ts';
import type { McpServerConfig } from './config.ts';
import { openServer } from './open.ts';
import type { OpenLimits, OpenServer } from './open.ts';
import { isFixed, takeTools } from './tool.ts';
import type { ServerTool, ToolWords } from './tool.ts';

/** One server, kept connected: whatever it does, it is asked again later, and nobody else notices. */
export interface McpConnection {
  config: McpServerConfig;
  status: () => McpServerStatus;
  /** Empty while it is not connected. */
  tools: () => readonly ServerTool[];
  /** @throws Error with a sentence */
  call: (tool: string, args: Record<string, unknown>, signal: AbortSignal) => Promise<CallToolResult>;
  /** A person's word on its tools. */
  allow: (words: ToolWords) => void;
  /** Lets go of the server, whatever it does, and connects anew at once. */
  reconnect: () => void;
  start: () => void;
  stop: () => Promise<void>;
}

export interface ConnectionTimes extends OpenLimits {
  refreshMs: number;
  firstBackOffMs: number;
  longestBackOffMs: number;
}

export const usualTimes: ConnectionTimes = {
  listMs: 10_000,
  callMs: 15_000,
  maxBytes: 2 * 1024 * 1024,
  refreshMs: 30_000,
  firstBackOffMs: 500,
  longestBackOffMs: 60_000,
};

export function buildConnection(
  config: McpServerConfig,
  deps: { fetch: Fetch; times: ConnectionTimes; changed?: () => void; log: Log },
): McpConnection {
  const { times, log } = deps;
  const stopping = new AbortController();
  let server: OpenServer | null = null;
  let listed: readonly Tool[] = [];
  let words: ToolWords = {};
  let tools: readonly ServerTool[] = [];
  let letGo = new AbortController();
  let state: McpServerStatus['state'] = 'connecting';
  let reason = 'It is being connected.';
  let isGone = false;
  /** Set when there is a reason to look at the server now. */
  let isDue = false;
  let wake = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let backOffMs = times.firstBackOffMs;

  async function live(): Promise<void> {
    while (!isStopping()) {
      try {
        await session(() => (backOffMs = times.firstBackOffMs));
        if (isLetGo()) continue;
        say('down', 'The server has closed the connection; it is tried again.');
      } catch (error) {
        if (isStopping()) return;
        if (isLetGo()) continue;
        say('down', `${sentenceOf(error)} It is tried again.`);
      }
      isDue = false;
      await pause(backOffMs * (0.75 + Math.random() / 2));
      backOffMs = Math.min(backOffMs * 2, times.longestBackOffMs);
    }
  }

  /** From the handshake until the server is gone or fails to list its tools. */
  async function session(wasReached: () => void): Promise<void> {
    isGone = false;
    letGo = new AbortController();
    const until = AbortSignal.any([stopping.signal, letGo.signal]);
    const open = await openServer(config, {
      fetch: deps.fetch,
      limits: times,
      signal: until,
      onGone: () => {
        isGone = true;
        lookNow();
      },
      onListChanged: lookNow,
    });
    try {
      while (!isStopping() && !isServerGone()) {
        isDue = false;
        listed = await open.list(until);
        tools = takeTools(config, listed, words);
        server = open;
        wasReached();
        say('connected', `It offers ${tools.filter(({ allowed }) => allowed).length} tools to the model.`);
        await pause(times.refreshMs);
        // A server that announces changes without end shall not keep this process busy.
        if (!isServerGone())
          await sleep(Math.min(1000, times.refreshMs), stopping.signal).catch(() => undefined);
      }
    } finally {
      server = null;
      listed = [];
      tools = [];
      await open.close();
    }
  }

  const isStopping = (): boolean => stopping.signal.aborted;
  const isServerGone = (): boolean => isGone;
  const isLetGo = (): boolean => letGo.signal.aborted;

  function lookNow(): void {
    isDue = true;
    wake.abort();
  }

  async function pause(ms: number): Promise<void> {
    if (isDue) return;
    wake = new AbortController();
    await sleep(ms, AbortSignal.any([wake.signal, stopping.signal])).catch(() => undefined);
  }

  function say(next: McpServerStatus['state'], why: string): void {
    if (state !== next)
      log.info({ server: config.name }, `the MCP server «${config.name}» is ${next}: ${why}`);
    const isNews = state !== next || reason !== why;
    state = next;
    reason = why;
    if (isNews) deps.changed?.();
  }

  return {
    config,
    status: () => ({
      name: config.name,
      address: shownAddress(config),
      state,
      origin: config.origin,
      tools_fixed: isFixed(config),
      reason,
      tools: tools.map(({ name, description, allowed, reason: why }) => ({
        name,
        description,
        allowed,
        reason: why,
      })),
    }),
    tools: () => tools,
    async call(tool, args, signal) {
      if (server === null) throw new Error(`The server «${config.name}» is not connected.`);
      try {
        return await server.call(tool, args, AbortSignal.any([signal, stopping.signal]));
      } catch (error) {
        signal.throwIfAborted();
        // Perhaps it is gone: the next look finds out, and now rather than in half a minute.
        lookNow();
        throw new Error(sentenceOf(error), { cause: error });
      }
    },
    allow(next) {
      words = next;
      tools = takeTools(config, listed, words);
      if (state === 'connected')
        say(state, `It offers ${tools.filter(({ allowed }) => allowed).length} tools to the model.`);
      deps.changed?.();
    },
    reconnect() {
      say('connecting', 'It is being connected anew.');
      isGone = true;
      letGo.abort(new Error('it is connected anew'));
      backOffMs = times.firstBackOffMs;
      lookNow();
    },
    start() {
      running = live();
    },
    async stop() {
      stopping.abort(new Error('this process stops'));
      await running;
    },
  };
}

/** What failed, in words of our own: a server's text is not for this. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name} ${error.message} ${causeText(error)}` : '';
  if (/TooLarge|exceeded maximum size|larger than/.test(text)) return 'The server sent more than it may.';
  if (/ForbiddenAddress|metadata address/.test(text))
    return 'The address is link-local or a metadata address and is never called.';
  if (/timed? ?out|TimeoutError|-32001/i.test(text)) return 'The server did not answer in time.';
  if (/ENOENT|EACCES/.test(text)) return 'The command cannot be started.';
  if (/fetch failed|ECONN|closed|Not connected|socket|terminated/i.test(text))
    return 'The server cannot be reached.';
  return 'The server answered with something that cannot be used.';
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? `${error.cause.name} ${error.cause.message}` : '';
}
