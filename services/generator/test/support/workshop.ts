import { join } from 'node:path';
import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import type { StandIn, StandInOptions } from '@gaze/comfyui-stand-in';
import type { ControlMessage, HostReport, Snapshot } from '@gaze/contracts';
import { Heartbeat, HeartbeatReply, contractVersion, hostRpc, streams, subjects } from '@gaze/contracts';
import { diskStore } from '@gaze/media';
import type { ObjectStore } from '@gaze/media';
import { connectNats, ensureConsumer, ensureStream, serveRpc } from '@gaze/runtime';
import { eventually, startNats, tempDir, testLog } from '@gaze/testing';
import { expect } from 'vitest';
import { buildGenerator } from '../../src/app.ts';
import type { HostLimits } from '../../src/limits.ts';
import { serveLedger } from './ledger.ts';
import type { LedgerJob } from './ledger.ts';

export interface WorkshopOptions {
  /** Stand-ins by host id. */
  hosts: Readonly<Record<string, StandIn>>;
  limits?: HostLimits;
  /** Wraps the picture store, to let it fail. */
  store?: (store: ObjectStore) => ObjectStore;
}

/**
 * Generators over a real nats-server and ComfyUI stand-ins, with a catalog of the test's own: it gives out hosts and
 * jobs as it is told, and writes down what it hears.
 */
export async function startWorkshop(options: WorkshopOptions) {
  const nats = await startNats();
  const dir = await tempDir();
  const disk = diskStore({ root: join(dir.path, 'uploads') });
  const store = options.store?.(disk) ?? disk;
  const connect = (name: string) => connectNats({ url: nats.url, name, log: testLog() });
  const catalog = await connect('catalog');
  const { nc } = catalog;
  const ledger = serveLedger(nc);
  const reports = new Map<string, HostReport>();
  const inventories = new Map<string, { kind: string; name: string }[]>();
  const wanted = { inventory: new Set<string>(Object.keys(options.hosts)), cancel: new Set<string>() };
  const generators: { name: string; stop: () => Promise<void> }[] = [];
  const progress: { subject: string; text: string }[] = [];
  const previews: { subject: string; mime: string; bytes: number }[] = [];
  const decoder = new TextDecoder();

  await ensureStream(nc, streams.image);
  for (const hostId of Object.keys(options.hosts)) {
    await ensureConsumer(nc, {
      stream: streams.image.name,
      durable: subjects.imageConsumer(hostId),
      subject: subjects.imageJobs(hostId),
      ackWaitSeconds: 30,
    });
  }
  const servers = [
    serveRpc(
      nc,
      hostRpc.assigned,
      ({ replica }) =>
        Promise.resolve({
          hosts: Object.entries(options.hosts).flatMap(([id, standIn]) => {
            const held = ledger.holders.get(id);
            return held?.holder === replica
              ? [{ host_id: id, name: standIn.name, url: standIn.url, epoch: held.epoch }]
              : [];
          }),
        }),
      { log: testLog() },
    ),
    serveRpc(
      nc,
      { subject: subjects.heartbeats, input: Heartbeat, output: HeartbeatReply, deadlineSeconds: 4 },
      (beat) => {
        for (const report of beat.hosts) reports.set(report.host_id, report);
        const stale = beat.attempts.filter(
          ({ job_id, attempt }) => ledger.jobs.get(job_id)?.attempts.at(-1)?.number !== attempt,
        );
        const want_inventory = beat.hosts.flatMap(({ host_id, inventory }) =>
          inventory !== null && wanted.inventory.has(host_id) ? [host_id] : [],
        );
        return Promise.resolve({ stale, cancel: [...wanted.cancel], want_inventory });
      },
      { log: testLog() },
    ),
    serveRpc(
      nc,
      hostRpc.inventory,
      ({ host_id, page, last, files }) => {
        inventories.set(host_id, [...(page === 0 ? [] : (inventories.get(host_id) ?? [])), ...files]);
        if (last) wanted.inventory.delete(host_id);
        return Promise.resolve({});
      },
      { log: testLog() },
    ),
    serveRpc(nc, hostRpc.leave, () => Promise.resolve({}), { log: testLog() }),
  ];
  nc.subscribe(subjects.allProgress, {
    callback: (_, message) => {
      progress.push({ subject: message.subject, text: decoder.decode(message.data) });
    },
  });
  nc.subscribe(subjects.allPreviews, {
    callback: (_, message) => {
      const { subject, headers, data } = message;
      previews.push({ subject, mime: headers?.get('Mime-Type') ?? '', bytes: data.length });
    },
  });

  async function startGenerator(name: string) {
    const connection = await connect(name);
    const replica = buildGenerator({
      replica: name,
      nc: connection.nc,
      store,
      log: testLog(name),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    await replica.start();
    let stopped = false;
    const generator = {
      name,
      /** An ordered stop. */
      async stop() {
        if (stopped) return;
        stopped = true;
        await replica.stop();
        await connection.close();
      },
      /** Its connection to the bus goes, as if its process had died; its host hears nothing of it. */
      async vanish() {
        if (stopped) return;
        stopped = true;
        await connection.nc.close();
        await replica.stop();
      },
    };
    generators.push(generator);
    return generator;
  }

  /** Gives a host to a generator, under a new epoch. */
  function assign(hostId: string, holder: string): void {
    const epoch = (ledger.holders.get(hostId)?.epoch ?? 0) + 1;
    ledger.holders.set(hostId, { holder, epoch });
    nc.publish(subjects.assignmentsChanged);
  }

  async function dispatch(job: LedgerJob): Promise<void> {
    const message = {
      v: contractVersion,
      job_id: job.id,
      dispatch: job.dispatch,
      host_id: job.hostId,
      lane: 'batch',
    };
    // The stream answers whoever publishes with a request: then it is stored.
    await nc.request(subjects.imageJobs(job.hostId), JSON.stringify(message), { timeout: 2000 });
  }

  return {
    ledger,
    reports,
    inventories,
    progress,
    previews,
    nats,
    disk,
    startGenerator,
    assign,
    async submit(hostId: string, snapshot: Snapshot, more: { front?: boolean } = {}): Promise<LedgerJob> {
      const job = ledger.add({ hostId, snapshot, ...more });
      await dispatch(job);
      return job;
    },
    /** Hands a job out once more, under the next number. */
    async again(job: LedgerJob): Promise<void> {
      Object.assign(job, { status: 'open', dispatch: job.dispatch + 1 });
      await dispatch(job);
    },
    cancel(job: LedgerJob): void {
      job.status = 'cancelling';
      wanted.cancel.add(job.id);
      order(job, 'cancel');
    },
    order,
    /** Waits for the end of a job's current run. */
    ended: (job: LedgerJob, timeoutMs = 20_000) =>
      eventually(
        () => {
          expect(['done', 'failed', 'released'], describeJob(job)).toContain(job.status);
          return job;
        },
        { timeoutMs },
      ),
    up: (hostId: string) =>
      eventually(() => expect(reports.get(hostId)?.state, reports.get(hostId)?.reason).toBe('up')),
    async [Symbol.asyncDispose]() {
      for (const generator of generators) await generator.stop();
      await Promise.all(servers.map((server) => server.stop()));
      await ledger.stop();
      await catalog.close();
      await nats[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };

  function order(job: LedgerJob, type: ControlMessage['type']): void {
    nc.publish(subjects.control(job.hostId), JSON.stringify({ type, job_id: job.id }));
  }
}

/** A workshop with one stand-in, `a`, that the generator `g1` holds. */
export async function oneHost(standIn: StandInOptions, options: Omit<WorkshopOptions, 'hosts'> = {}) {
  const host = await startComfyStandIn({ name: 'Atelier', pictures: 'plain', ...standIn });
  const shop = await startWorkshop({ ...options, hosts: { a: host } });
  shop.assign('a', 'g1');
  const generator = await shop.startGenerator('g1');
  await shop.up('a');
  return {
    host,
    shop,
    generator,
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      await host.stop();
    },
  };
}

export type Workshop = Awaited<ReturnType<typeof startWorkshop>>;

function describeJob(job: LedgerJob): string {
  return `the job is ${job.status}; ${JSON.stringify(job.attempts.map(({ number, status, prompt_id }) => ({ number, status, prompt_id })))}`;
}
