import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { JetStreamManager, JsMsg, StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { nanos } from '@nats-io/transport-node';
import type { z } from 'zod';
import type { Log } from './log.ts';
import { sleep } from './sleep.ts';

// Works on nats-server 2.9: one filter subject per consumer, no per-message TTL, no metadata, and `term` never with
// a reason (2.9 ignores such a message and delivers it again).

const dedupeMinutes = 2;

/**
 * Makes a work-queue stream with file storage where there is none; one with another number of replicas gets this one.
 * @throws JetStreamApiError where the servers are fewer than `replicas`
 */
export async function ensureStream(
  nc: NatsConnection,
  stream: { name: string; subjects: readonly string[]; replicas?: number },
): Promise<StreamInfo> {
  const manager = await jetstreamManager(nc);
  const config = {
    name: stream.name,
    subjects: [...stream.subjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(dedupeMinutes * 60_000),
    num_replicas: stream.replicas ?? 1,
  };
  try {
    const info = await manager.streams.info(stream.name);
    if (stream.replicas === undefined || info.config.num_replicas === stream.replicas) return info;
    return await manager.streams.update(stream.name, { num_replicas: stream.replicas });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return manager.streams.add(config);
  }
}

/** Changes when a stream was made anew: sequences of the old one mean nothing in it. */
export function streamIncarnation(info: StreamInfo): string {
  return info.created;
}

/** Makes a durable pull consumer where there is none. JetStream never gives up on a message; only the ledger counts. */
export async function ensureConsumer(
  nc: NatsConnection,
  consumer: {
    stream: string;
    durable: string;
    subject: string;
    ackWaitSeconds?: number;
    maxAckPending?: number;
  },
): Promise<void> {
  const manager: JetStreamManager = await jetstreamManager(nc);
  try {
    await manager.consumers.info(consumer.stream, consumer.durable);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await manager.consumers.add(consumer.stream, {
      durable_name: consumer.durable,
      filter_subject: consumer.subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos((consumer.ackWaitSeconds ?? 30) * 1000),
      max_deliver: -1,
      max_ack_pending: consumer.maxAckPending ?? 8,
    });
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.status === 404;
}

export type WorkOutcome = { type: 'ack' } | { type: 'nak'; delayMs: number };

export interface WorkContext {
  /** Ends when the consumer stops. */
  signal: AbortSignal;
  /** 1 for the first delivery. */
  delivery: number;
}

export interface WorkConsumer {
  /** Stops pulling, ends the handlers' signal, and waits until they have let go. */
  stop: () => Promise<void>;
}

const unknownPayloadDelayMs = 30_000;
const workingEveryMs = 10_000;
const longestRetryMs = 30_000;
const missingWaitMs = 1000;

/**
 * Pulls work and decides its fate, in this one place:
 * a payload that this version cannot read → back with delay and an alarm, a newer replica may know it;
 * the handler throws → back with a growing delay; the handler answers → ack or nak as it says, ack last;
 * while it works, JetStream is told so.
 *
 * The stream or consumer may not be there yet, or not any more: it is waited for, for as long as it takes.
 */
export function consumeWork<T extends z.ZodType>(options: {
  nc: NatsConnection;
  stream: string;
  durable: string;
  schema: T;
  log: Log;
  handler: (message: z.output<T>, context: WorkContext) => Promise<WorkOutcome>;
}): WorkConsumer {
  const { nc, log, durable } = options;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const isStopping = (): boolean => stopping.signal.aborted;
  let stopPulling: () => void = () => undefined;

  async function pull(): Promise<void> {
    const consumer = await jetstream(nc).consumers.get(options.stream, durable);
    const messages = await consumer.consume({
      max_messages: 4,
      expires: 10_000,
      idle_heartbeat: 2000,
      abort_on_missing_resource: true,
    });
    stopPulling = () => messages.stop();
    if (isStopping()) messages.stop();
    for await (const message of messages) {
      const done = handle(message).finally(() => underWay.delete(done));
      underWay.add(done);
    }
  }

  async function handle(message: JsMsg): Promise<void> {
    if (isStopping()) {
      message.nak();
      return;
    }
    const parsed = options.schema.safeParse(parseJson(message.string()));
    if (!parsed.success) {
      log.error(
        { subject: message.subject, err: parsed.error },
        'a job message that this version cannot read went back; update this replica',
      );
      message.nak(unknownPayloadDelayMs);
      return;
    }
    const working = setInterval(() => message.working(), workingEveryMs);
    try {
      const outcome = await options.handler(parsed.data, {
        signal: stopping.signal,
        delivery: message.info.deliveryCount,
      });
      if (outcome.type === 'ack') message.ack();
      else message.nak(outcome.delayMs);
    } catch (error) {
      const delayMs = Math.min(500 * 2 ** Math.min(message.info.deliveryCount, 8), longestRetryMs);
      log.warn(
        { err: error, subject: message.subject, delayMs },
        'a job message went back and is tried again',
      );
      message.nak(delayMs);
    } finally {
      clearInterval(working);
    }
  }

  const running = (async () => {
    while (!isStopping()) {
      await pull().catch((error: unknown) =>
        log.debug({ err: error, durable }, 'the queue of a consumer is not there; waiting for it'),
      );
      if (!isStopping()) await sleep(missingWaitMs, stopping.signal).catch(() => undefined);
    }
  })();

  return {
    async stop() {
      stopping.abort(new Error('this process stops'));
      stopPulling();
      await Promise.all(underWay);
      await running;
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
