import type { Lane } from '@gaze/contracts';
import {
  LlmControlMessage,
  LlmDispatchMessage,
  contractVersion,
  llmConsumer,
  llmControlName,
  streams,
  subjects,
} from '@gaze/contracts';
import { consumeWork, every } from '@gaze/runtime';
import type { NatsConnection, WorkConsumer } from '@gaze/runtime';
import { workJob } from './work-job.ts';
import type { WorkDeps } from './work-job.ts';

const lanes: readonly Lane[] = ['interactive', 'batch'];
const beatEveryMs = 5000;

/** Pulls both lanes, beats for what runs, and hears of cancels. */
export function buildWorker(
  deps: WorkDeps & {
    nc: NatsConnection;
    /** A mark of how the tool servers are; another one than before is worth telling. */
    toolsMark: () => string;
    /** The tool servers in Settings carry this mark. */
    onToolSettings: (mark: string) => void;
    /** They changed just now; a name asks to connect that server anew. */
    onToolOrder: (reconnect: string | undefined) => void;
  },
): {
  start: () => void;
  stop: () => Promise<void>;
  /** Beats now rather than in a few seconds. */
  beatNow: () => void;
} {
  const { nc, log, attempts } = deps;
  let consumers: WorkConsumer[] = [];
  const tickers: { stop: () => void }[] = [];

  async function beat(): Promise<void> {
    const answer = await deps.ledger.beat({
      v: contractVersion,
      replica: deps.replica,
      attempts: attempts.list(),
      tools: deps.toolsMark(),
    });
    if (answer?.tool_settings !== undefined) deps.onToolSettings(answer.tool_settings);
    for (const { job_id: jobId, attempt } of answer?.stale ?? []) attempts.end(jobId, attempt, 'stale');
    for (const jobId of answer?.cancel ?? []) attempts.cancel(jobId);
  }

  function obey(text: string): void {
    const order = LlmControlMessage.safeParse(parseJson(text));
    if (!order.success) log.warn('an order that this version does not know');
    else if (order.data.type === 'cancel') attempts.cancel(order.data.job_id);
    else deps.onToolOrder(order.data.reconnect);
  }

  return {
    beatNow: () => {
      beat().catch((error: unknown) => log.debug({ err: error }, 'a beat failed; the next one follows'));
    },
    start() {
      consumers = lanes.map((lane) =>
        consumeWork({
          nc,
          stream: streams.llm.name,
          durable: llmConsumer(lane),
          schema: LlmDispatchMessage,
          log,
          handler: (message, context) => workJob(deps, message, context.signal),
        }),
      );
      const control = nc.subscribe(subjects.control(llmControlName), {
        callback: (error, message) => {
          if (error === null) obey(message.string());
        },
      });
      tickers.push(every(beatEveryMs, beat, log), { stop: () => control.unsubscribe() });
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      for (const ticker of tickers) ticker.stop();
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
