import {
  ControlMessage,
  DispatchMessage,
  Heartbeat,
  HeartbeatReply,
  contractVersion,
  hostRpc,
  streams,
  subjects,
} from '@gaze/contracts';
import type { GazeError } from '@gaze/runtime';
import { callRpc, consumeWork, every } from '@gaze/runtime';
import type { Log, NatsConnection, WorkConsumer } from '@gaze/runtime';
import { runJob } from '../run/run-job.ts';
import type { RunDeps } from '../run/run-host.ts';
import type { HeldHost, HostAssignment } from './held-host.ts';
import { holdHost } from './held-host.ts';
import { sweepOrphans } from './sweep.ts';

const beatEveryMs = 5000;
const askEveryMs = 5000;
/** Until the catalog has answered for the first time: it may be starting beside us. */
const firstAskEveryMs = 250;
/** Long enough for a redelivered job to come by and adopt its prompt first. */
const sweepAfterMs = 90_000;
const inventoryPage = 1000;

export interface Replica {
  start: () => Promise<void>;
  /** Stops pulling, leaves prompts on the hosts for whoever adopts them, frees the hosts. */
  stop: () => Promise<void>;
  ready: () => string | null;
}

interface Holding {
  host: HeldHost;
  consumer: WorkConsumer;
  control: { unsubscribe: () => void };
  sweeper: NodeJS.Timeout;
}

interface Attempt {
  jobId: string;
  attempt: number;
  abort: AbortController;
}

/**
 * One generator process: holds the hosts that the catalog assigns to it, pulls their queues, and beats.
 *
 * Without the catalog it keeps its hosts and its work; a beat that is not answered changes nothing here.
 */
export function buildReplica(deps: RunDeps & { nc: NatsConnection; log: Log }): Replica {
  const { nc, log } = deps;
  const holdings = new Map<string, Holding>();
  const attempts = new Map<string, Attempt>();
  let asked = false;
  let beating = false;
  let beatAgain = false;

  async function beat(): Promise<void> {
    if (beating) {
      // What it wants to say is newer than what is on its way.
      beatAgain = true;
      return;
    }
    beating = true;
    beatAgain = false;
    try {
      const body: Heartbeat = {
        v: contractVersion,
        replica: deps.replica,
        hosts: [...holdings.values()].map(({ host }) => host.report()),
        attempts: [...attempts.values()].map(({ jobId, attempt }) => ({ job_id: jobId, attempt })),
      };
      const contract = {
        subject: subjects.heartbeat(deps.replica),
        input: Heartbeat,
        output: HeartbeatReply,
        deadlineSeconds: 4,
      };
      await obey(await callRpc(nc, contract, body));
    } catch (error) {
      log.debug({ err: error }, 'the catalog did not answer a heartbeat');
    } finally {
      beating = false;
    }
    if (beatAgain) await beat();
  }

  async function obey(reply: HeartbeatReply): Promise<void> {
    for (const { job_id, attempt } of reply.stale) {
      const running = attempts.get(job_id);
      if (running?.attempt === attempt) running.abort.abort(new Error('a newer attempt owns the job'));
    }
    for (const jobId of reply.cancel) await cancel(jobId);
    for (const hostId of reply.want_inventory) {
      const holding = holdings.get(hostId);
      if (holding !== undefined) await sendInventory(nc, holding.host);
    }
  }

  async function cancel(jobId: string): Promise<void> {
    for (const { host } of holdings.values()) {
      await host
        .cancel(jobId)
        .catch((error: unknown) =>
          log.warn({ err: error, job: jobId }, 'a cancel did not reach its host; it is repeated'),
        );
    }
  }

  async function ask(): Promise<void> {
    try {
      const holding = [...holdings.values()].map(({ host }) => ({
        host_id: host.assignment.host_id,
        epoch: host.assignment.epoch,
        busy: host.following().size > 0,
      }));
      const { hosts } = await callRpc(nc, hostRpc.assigned, { replica: deps.replica, holding });
      asked = true;
      await settle(hosts);
    } catch (error) {
      log.debug({ err: error }, 'the catalog did not say which hosts to hold');
    }
  }

  /** Lets go of what is not ours any more, takes up what is. A new epoch of a held host is a new holding. */
  async function settle(wanted: HostAssignment[]): Promise<void> {
    for (const [hostId, holding] of holdings) {
      const still = wanted.find((host) => host.host_id === hostId);
      const same =
        still?.epoch === holding.host.assignment.epoch && still.url === holding.host.assignment.url;
      if (!same) await release(hostId, holding);
    }
    const fresh = wanted.filter((host) => !holdings.has(host.host_id));
    for (const host of fresh) hold(host);
    if (fresh.length > 0) await beat();
  }

  function hold(assignment: HostAssignment): void {
    log.info(
      { host: assignment.name, url: assignment.url, epoch: assignment.epoch },
      `holding ${assignment.name}`,
    );
    const host = holdHost(assignment, { nc, log, now: deps.now, onChange: () => void beat() });
    const consumer = consumeWork({
      nc,
      stream: streams.image.name,
      durable: subjects.imageConsumer(assignment.host_id),
      schema: DispatchMessage,
      log,
      handler: (message, context) => work(host, message, context.signal),
    });
    const subscription = nc.subscribe(subjects.control(assignment.host_id), {
      callback: (error, message) => {
        if (error === null) void control(host, message.string());
      },
    });
    const sweeper = setTimeout(() => void sweepOrphans(host, deps), sweepAfterMs);
    holdings.set(assignment.host_id, { host, consumer, control: subscription, sweeper });
  }

  async function release(hostId: string, holding: Holding): Promise<void> {
    log.info({ host: holding.host.assignment.name }, `letting go of ${holding.host.assignment.name}`);
    holdings.delete(hostId);
    clearTimeout(holding.sweeper);
    holding.control.unsubscribe();
    await holding.consumer.stop();
    holding.host.close();
  }

  async function work(host: HeldHost, message: DispatchMessage, stopping: AbortSignal) {
    const abort = new AbortController();
    const running: Attempt = { jobId: message.job_id, attempt: 0, abort };
    const ledger = {
      ...deps.ledger,
      start: async (...args: Parameters<typeof deps.ledger.start>) => {
        const answer = await deps.ledger.start(...args);
        if (answer.outcome === 'start') {
          // A second delivery of a job that is under way here: the newer attempt owns it from now on.
          attempts.get(message.job_id)?.abort.abort(new Error('the job was started again'));
          attempts.set(message.job_id, Object.assign(running, { attempt: answer.attempt }));
        }
        return answer;
      },
    };
    try {
      const outcome = await runJob(
        { ...deps, ledger },
        host.run,
        message,
        AbortSignal.any([stopping, abort.signal]),
      );
      return outcome.type === 'ack'
        ? ({ type: 'ack' } as const)
        : ({ type: 'nak', delayMs: outcome.delayMs } as const);
    } catch (error) {
      // Stopped for a newer attempt: the message is spent. Stopped with the process: somebody else shall have it at once.
      if (abort.signal.aborted) return { type: 'ack' } as const;
      if (stopping.aborted) return { type: 'nak', delayMs: 0 } as const;
      throw error as GazeError;
    } finally {
      if (attempts.get(message.job_id) === running) attempts.delete(message.job_id);
    }
  }

  async function control(host: HeldHost, text: string): Promise<void> {
    const parsed = ControlMessage.safeParse(parseJson(text));
    if (!parsed.success) {
      log.warn({ text: text.slice(0, 200) }, 'an order that this version does not know');
      return;
    }
    const order = parsed.data;
    if (order.type === 'cancel') return cancel(order.job_id);
    const running = attempts.get(order.job_id);
    if (running === undefined || !(await host.withdraw(order.job_id))) return;
    const { attempt } = running;
    running.abort.abort(new Error('the job was withdrawn'));
    await deps.ledger.release(
      { job_id: order.job_id, attempt, reason: 'withdrawn from the host' },
      AbortSignal.timeout(30_000),
    );
  }

  const tickers: { stop: () => void }[] = [];
  return {
    async start() {
      const notice = nc.subscribe(subjects.assignmentsChanged, { callback: () => void ask() });
      const firstAsk = every(
        firstAskEveryMs,
        async () => {
          if (asked) firstAsk.stop();
          else await ask();
        },
        log,
      );
      tickers.push(every(beatEveryMs, beat, log), every(askEveryMs, ask, log), firstAsk, {
        stop: () => notice.unsubscribe(),
      });
      await ask();
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      await Promise.all([...holdings].map(([id, holding]) => release(id, holding)));
      await callRpc(nc, hostRpc.leave, { replica: deps.replica }, { deadlineSeconds: 1 }).catch(
        (error: unknown) =>
          log.debug({ err: error }, 'the catalog did not hear the farewell; it will notice'),
      );
    },
    ready: () => (asked ? null : 'The catalog has not yet said which hosts to hold.'),
  };
}

async function sendInventory(nc: NatsConnection, host: HeldHost): Promise<void> {
  const inventory = host.inventory();
  if (inventory === null) return;
  const { host_id, epoch } = host.assignment;
  const pages = Math.max(1, Math.ceil(inventory.files.length / inventoryPage));
  for (let page = 0; page < pages; page++) {
    const files = inventory.files.slice(page * inventoryPage, (page + 1) * inventoryPage);
    await callRpc(nc, hostRpc.inventory, {
      host_id,
      epoch,
      fingerprint: inventory.fingerprint,
      page,
      last: page === pages - 1,
      files,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
