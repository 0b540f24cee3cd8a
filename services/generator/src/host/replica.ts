import { randomUUID } from 'node:crypto';
import {
  ControlMessage,
  DispatchMessage,
  Heartbeat,
  HeartbeatReply,
  contractVersion,
  generatorRpc,
  hostRpc,
  streams,
  subjects,
} from '@gaze/contracts';
import { callRpc, consumeWork, every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection, WorkConsumer } from '@gaze/runtime';
import { parseJson } from '../comfy/http.ts';
import type { HostLimits } from '../limits.ts';
import type { RunDeps } from '../run/run-host.ts';
import { checkHost } from './check-host.ts';
import type { HeldHost, HostAssignment } from './held-host.ts';
import { holdHost } from './held-host.ts';
import { sendInventory } from './inventory-pages.ts';
import { buildSweeper } from './sweep.ts';
import { buildWork } from './work.ts';

const beatEveryMs = 5000;
const askEveryMs = 5000;
/** Until the catalog has answered for the first time: it may be starting beside us. */
const firstAskEveryMs = 250;
const sweepEveryMs = 30_000;
/** The first sweep of a host that was taken over: its earlier holder may have left prompts of jobs that have ended. */
const firstSweepMs = 3000;

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
  stopSweeping: () => void;
}

/**
 * One generator process: holds the hosts that the catalog assigns to it, pulls their queues, and beats.
 *
 * Without the catalog it keeps its hosts and its work; a beat that is not answered changes nothing here.
 */
export function buildReplica(deps: RunDeps & { nc: NatsConnection; limits: HostLimits; log: Log }): Replica {
  const { nc, log } = deps;
  const holdings = new Map<string, Holding>();
  const work = buildWork(deps);
  const incarnation = randomUUID();
  let asked = false;
  let beating = false;
  let beatAgain = false;

  async function beat(): Promise<void> {
    // News that come while a beat is under way go with the next one, at once.
    beatAgain = beating;
    if (beating) return;
    beating = true;
    try {
      const body: Heartbeat = {
        v: contractVersion,
        replica: deps.replica,
        hosts: [...holdings.values()].map(({ host }) => host.report()),
        attempts: work.underWay(),
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
    for (const { job_id, attempt } of reply.stale) work.drop(job_id, attempt);
    for (const jobId of reply.cancel) await work.cancel(jobId);
    for (const hostId of reply.want_inventory) {
      const holding = holdings.get(hostId);
      if (holding !== undefined) await sendInventory(nc, holding.host);
    }
  }

  async function ask(): Promise<void> {
    try {
      const holding = [...holdings.values()].map(({ host }) => ({
        host_id: host.assignment.host_id,
        epoch: host.assignment.epoch,
        busy: host.following().size > 0,
      }));
      const question = { replica: deps.replica, incarnation, holding };
      const { hosts } = await callRpc(nc, hostRpc.assigned, question);
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
    const host = holdHost(assignment, {
      nc,
      log,
      limits: deps.limits,
      now: deps.now,
      onChange: () => void beat(),
      onHung: () => void work.withdrawAll(host),
    });
    const consumer = consumeWork({
      nc,
      stream: streams.image.name,
      durable: subjects.imageConsumer(assignment.host_id),
      schema: DispatchMessage,
      log,
      handler: (message, context) => work.take(host, message, context.signal),
    });
    const subscription = nc.subscribe(subjects.control(assignment.host_id), {
      callback: (error, message) => {
        if (error === null) control(host, message.string());
      },
    });
    const sweeper = buildSweeper(host, deps);
    const sweep = async (): Promise<void> => {
      await sweeper.sweep();
    };
    const sweeping = every(sweepEveryMs, sweep, log);
    const first = setTimeout(() => void sweep(), firstSweepMs);
    const stopSweeping = (): void => {
      clearTimeout(first);
      sweeping.stop();
    };
    holdings.set(assignment.host_id, { host, consumer, control: subscription, stopSweeping });
  }

  async function release(hostId: string, holding: Holding): Promise<void> {
    log.info({ host: holding.host.assignment.name }, `letting go of ${holding.host.assignment.name}`);
    holdings.delete(hostId);
    holding.stopSweeping();
    holding.control.unsubscribe();
    await holding.consumer.stop();
    holding.host.close();
  }

  function control(host: HeldHost, text: string): void {
    const order = ControlMessage.safeParse(parseJson(text));
    if (order.success)
      work
        .obey(host, order.data)
        .catch((error: unknown) =>
          log.warn({ err: error, order: order.data }, 'an order was not carried out'),
        );
    else log.warn({ text: text.slice(0, 200) }, 'an order that this version does not know');
  }

  const tickers: { stop: () => void }[] = [];
  const stopping = new AbortController();
  let serving: { stop: () => Promise<void> } | null = null;
  return {
    async start() {
      // Whichever replica is free looks: an address that is not a host yet belongs to nobody.
      serving = serveRpc(nc, generatorRpc.checkHost, ({ url }) => checkHost(url, stopping.signal), { log });
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
      stopping.abort();
      await serving?.stop();
      await Promise.all([...holdings].map(([id, holding]) => release(id, holding)));
      await callRpc(nc, hostRpc.leave, { replica: deps.replica }, { deadlineSeconds: 1 }).catch(
        (error: unknown) =>
          log.debug({ err: error }, 'the catalog did not hear the farewell; it will notice'),
      );
    },
    ready: () => (asked ? null : 'The catalog has not yet said which hosts to hold.'),
  };
}
