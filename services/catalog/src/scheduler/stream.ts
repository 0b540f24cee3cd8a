import type { DispatchMessage } from '@gaze/contracts';
import { contractVersion, streams, subjects } from '@gaze/contracts';
import { ensureConsumer, ensureStream, streamIncarnation } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { StreamPlace } from '../jobs/steer.ts';
import { deleteMessages, holdsMessage } from './stream-messages.ts';

/** The queue of image jobs in JetStream. It only carries: whatever it loses is sent again from the ledger. */
export interface JobStream {
  /**
   * Makes the stream and the hosts' consumers where they are missing; answers which stream it is now. `verify` looks
   * at consumers too that were there before.
   */
  ensure: (hostIds: readonly string[], options?: { verify: boolean }) => Promise<string>;
  send: (job: { id: string; dispatch: number; hostId: string; lane: string }) => Promise<StreamPlace>;
  /** Whether a dispatch still lies where it was put. */
  holds: (place: StreamPlace, messageId: string) => Promise<boolean>;
  /** Removes messages that nobody needs any more. Failing to costs a refused start and nothing else. */
  discard: (places: readonly StreamPlace[]) => Promise<void>;
  /** Takes away the queues of hosts that are not there any more. */
  keepOnly: (hostIds: readonly string[]) => Promise<void>;
}

const sendTimeoutMs = 2000;

export const messageIdOf = (job: { id: string; dispatch: number }): string => `${job.id}.${job.dispatch}`;

export function buildJobStream(deps: {
  nc: NatsConnection;
  /** Copies of the stream in a cluster of NATS. */
  replicas?: number | undefined;
  log: Log;
}): JobStream {
  const { nc, log } = deps;
  const { name } = streams.image;
  const ready = new Set<string>();
  let incarnation: string | null = null;

  async function ensure(
    hostIds: readonly string[],
    options: { verify: boolean } = { verify: false },
  ): Promise<string> {
    if (options.verify) ready.clear();
    const seen = streamIncarnation(
      await ensureStream(nc, { ...streams.image, replicas: deps.replicas ?? 1 }),
    );
    if (seen !== incarnation) {
      if (incarnation !== null) log.warn('the job stream was made anew; dispatched jobs are sent again');
      ready.clear();
    }
    incarnation = seen;
    for (const hostId of hostIds) {
      if (ready.has(hostId)) continue;
      await ensureConsumer(nc, {
        stream: name,
        durable: subjects.imageConsumer(hostId),
        subject: subjects.imageJobs(hostId),
      });
      ready.add(hostId);
    }
    return seen;
  }

  return {
    ensure,
    async send(job) {
      const seen = incarnation !== null && ready.has(job.hostId) ? incarnation : await ensure([job.hostId]);
      const message: DispatchMessage = {
        v: contractVersion,
        job_id: job.id,
        dispatch: job.dispatch,
        host_id: job.hostId,
        lane: job.lane,
      };
      try {
        const ack = await jetstream(nc).publish(subjects.imageJobs(job.hostId), JSON.stringify(message), {
          msgID: messageIdOf(job),
          timeout: sendTimeoutMs,
          expect: { streamName: name },
        });
        return { incarnation: seen, sequence: ack.seq };
      } catch (error) {
        // It may be gone: the next one looks before it sends.
        ready.clear();
        throw error;
      }
    },
    async holds(place, messageId) {
      if (place.incarnation !== incarnation) return false;
      return holdsMessage(nc, name, place.sequence, messageId);
    },
    async discard(places) {
      const current = places.filter((place) => place.incarnation === incarnation);
      if (current.length === 0) return;
      try {
        await deleteMessages(nc, name, current);
      } catch (error) {
        log.debug({ err: error }, 'messages of withdrawn jobs stay in the stream; their start is refused');
      }
    },
    async keepOnly(hostIds) {
      const kept = new Set(hostIds.map(subjects.imageConsumer));
      const manager = await jetstreamManager(nc);
      const strange: { durable: string; subject: string }[] = [];
      for await (const { name: durable, config } of manager.consumers.list(name)) {
        if (!kept.has(durable) && config.filter_subject !== undefined)
          strange.push({ durable, subject: config.filter_subject });
      }
      for (const { durable, subject } of strange) {
        await manager.consumers.delete(name, durable);
        await manager.streams.purge(name, { filter: subject });
      }
    },
  };
}
