import type { Lane, LlmDispatchMessage } from '@gaze/contracts';
import { contractVersion, llmConsumer, streams, subjects } from '@gaze/contracts';
import { ensureConsumer, ensureStream, streamIncarnation } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { jetstream } from '@nats-io/jetstream';
import type { StreamPlace } from '../jobs/steer.ts';
import { deleteMessages, holdsMessage } from '../scheduler/stream-messages.ts';
import { messageIdOf } from '../scheduler/stream.ts';

/** The queue of LLM jobs in JetStream: a durable consumer per lane, shared by all workers. It only carries. */
export interface LlmStream {
  /** Makes stream and consumers where they are missing; answers which stream it is now. */
  ensure: () => Promise<string>;
  send: (job: { id: string; dispatch: number; lane: Lane }) => Promise<StreamPlace>;
  /** Whether a dispatch still lies where it was put. */
  holds: (place: StreamPlace, messageId: string) => Promise<boolean>;
  /** Removes messages that nobody needs any more. Failing to costs a refused start and nothing else. */
  discard: (places: readonly StreamPlace[]) => Promise<void>;
}

export const lanes: readonly Lane[] = ['interactive', 'batch'];
const sendTimeoutMs = 2000;
/** More than are ever outstanding: which of them run is the workers' affair. */
const maxAckPending = 32;

export function buildLlmStream(deps: {
  nc: NatsConnection;
  /** Copies of the stream in a cluster of NATS. */
  replicas?: number | undefined;
  log: Log;
}): LlmStream {
  const { nc, log } = deps;
  const { name } = streams.llm;
  let incarnation: string | null = null;
  let ready = false;

  async function ensure(): Promise<string> {
    const seen = streamIncarnation(await ensureStream(nc, { ...streams.llm, replicas: deps.replicas ?? 1 }));
    if (incarnation !== null && seen !== incarnation)
      log.warn('the stream of LLM jobs was made anew; dispatched jobs are sent again');
    for (const lane of lanes) {
      await ensureConsumer(nc, {
        stream: name,
        durable: llmConsumer(lane),
        subject: subjects.llmJobs(lane),
        maxAckPending,
      });
    }
    incarnation = seen;
    ready = true;
    return seen;
  }

  return {
    ensure,
    async send(job) {
      const seen = ready && incarnation !== null ? incarnation : await ensure();
      const message: LlmDispatchMessage = {
        v: contractVersion,
        job_id: job.id,
        dispatch: job.dispatch,
        lane: job.lane,
      };
      try {
        const ack = await jetstream(nc).publish(subjects.llmJobs(job.lane), JSON.stringify(message), {
          msgID: messageIdOf(job),
          timeout: sendTimeoutMs,
          expect: { streamName: name },
        });
        return { incarnation: seen, sequence: ack.seq };
      } catch (error) {
        // It may be gone: the next one looks before it sends.
        ready = false;
        throw error;
      }
    },
    async holds(place, messageId) {
      return place.incarnation === incarnation && (await holdsMessage(nc, name, place.sequence, messageId));
    },
    async discard(places) {
      const current = places.filter((place) => place.incarnation === incarnation);
      if (current.length === 0) return;
      await deleteMessages(nc, name, current).catch((error: unknown) =>
        log.debug({ err: error }, 'messages of withdrawn jobs stay in the stream; their start is refused'),
      );
    },
  };
}
