import { createHash } from 'node:crypto';
import type { LlmLimitChoice, LlmWorkerStatus, McpServerStatus } from '@gaze/contracts';
import type { Log, NatsConnection } from '@gaze/runtime';
import { buildChat } from './llm/chat.ts';
import type { Provider } from './llm/chat.ts';
import { buildProviders } from './llm/providers.ts';
import { secretsOf } from './mcp/config.ts';
import type { McpServerConfig } from './mcp/config.ts';
import { buildConnection, usualTimes } from './mcp/connection.ts';
import type { ConnectionTimes } from './mcp/connection.ts';
import { buildServers } from './mcp/servers.ts';
import { buildToolbox } from './mcp/toolbox.ts';
import { guardedFetch } from '@gaze/runtime';
import { usualLimits, withChosen } from './run/converse.ts';
import type { Limits } from './run/converse.ts';
import { buildPrompts } from './run/prompts.ts';
import { runTask } from './run/run-task.ts';
import { buildTagChecker } from './run/tag-checker.ts';
import { buildAttempts } from './work/attempts.ts';
import { buildLedger } from './work/ledger.ts';
import { buildSlots } from './work/slots.ts';
import { tellStatus } from './work/tell.ts';
import { buildWorker } from './work/worker.ts';

export interface LlmWorkerDeps {
  replica: string;
  nc: NatsConnection;
  /** What the environment fixes; null: Settings decide, job by job. */
  provider: Provider | null;
  servers: readonly McpServerConfig[];
  promptsDir: string;
  /** Opens what Settings have sealed; null where there is no key file. */
  key: Buffer | null;
  slots: number;
  /** Limits that the environment fixes: they win over those of Settings. */
  fixedLimits?: LlmLimitChoice;
  limits?: Partial<Limits>;
  mcpTimes?: Partial<ConnectionTimes>;
  retryBaseMs?: number;
  /** Further texts that must appear nowhere, such as this process's own password on the bus. */
  secrets?: readonly string[];
  log: Log;
}

export interface LlmWorker {
  start: () => void;
  /** Stops pulling and gives back what runs. */
  stop: () => Promise<void>;
  status: () => LlmWorkerStatus;
}

const largestModelAnswer = 8 * 1024 * 1024;

/** The worker, wired: a model to ask, tools to offer it, a queue to work on, a ledger to report to. */
export function buildLlmWorker(deps: LlmWorkerDeps): LlmWorker {
  const { nc, log, replica } = deps;
  const times = { ...usualTimes, ...deps.mcpTimes };
  const limits = { ...usualLimits, ...deps.limits };
  const toolFetch = guardedFetch({ maxBytes: times.maxBytes });
  const modelFetch = guardedFetch({ maxBytes: largestModelAnswer });
  const servers = buildServers({
    fixed: deps.servers,
    connect: (server) =>
      buildConnection(server, { fetch: toolFetch, times, changed: () => worker.beatNow(), log }),
  });
  const toolbox = buildToolbox(servers.list);
  const providers = buildProviders({
    fixed: deps.provider,
    key: () => deps.key,
    build: (provider) =>
      buildChat(provider, {
        fetch: modelFetch,
        ...(deps.retryBaseMs === undefined ? {} : { retryBaseMs: deps.retryBaseMs }),
      }),
  });
  const slots = buildSlots(deps.slots);
  const taskDeps = {
    toolbox,
    readPrompt: buildPrompts(deps.promptsDir),
    askTags: buildTagChecker({ toolbox, nc, log }),
    secrets: [...secretsOf(deps.servers), ...(deps.secrets ?? [])],
    now: () => performance.now(),
    date: () => new Date(),
  };
  const ledger = buildLedger(nc);
  const worker = buildWorker({
    replica,
    nc,
    ledger,
    slots,
    attempts: buildAttempts(),
    providers,
    run: (chat, task, options) =>
      runTask(taskDeps, chat, task, {
        ...options,
        limits: withChosen(withChosen(limits, options.limits), deps.fixedLimits ?? {}),
      }),
    toolsMark: () => markOf(toolbox.status()),
    onToolSettings(mark) {
      if (mark !== servers.applied()) void askToolServers();
    },
    onToolOrder(reconnect) {
      if (reconnect === undefined) void askToolServers();
      else servers.reconnect(reconnect);
    },
    log,
  });

  async function askToolServers(): Promise<void> {
    const settings = await ledger.toolServers();
    if (settings === null) return;
    servers.apply(settings);
    worker.beatNow();
  }

  function status(): LlmWorkerStatus {
    const { fixed } = providers;
    return {
      replica,
      state: fixed === null ? 'not_configured' : 'ready',
      reason: providers.notFixed() ?? `Jobs go to ${fixed?.model ?? ''}.`,
      provider:
        fixed === null
          ? null
          : {
              base_url: withoutCredentials(fixed.baseUrl),
              model: fixed.model,
              has_key: fixed.apiKey !== null,
            },
      servers: toolbox.status(),
      running: slots.taken(),
      slots: deps.slots,
    };
  }

  const telling: { stop: () => Promise<void> }[] = [];
  return {
    status,
    start() {
      servers.start();
      telling.push(tellStatus(nc, { status, providers, log }));
      worker.start();
      worker.beatNow();
    },
    async stop() {
      await worker.stop();
      await Promise.all([...telling, servers].map((part) => part.stop()));
    },
  };
}

/** Changes when a person would see something change. */
const markOf = (status: readonly McpServerStatus[]): string =>
  createHash('sha256').update(JSON.stringify(status)).digest('hex').slice(0, 16);

function withoutCredentials(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
