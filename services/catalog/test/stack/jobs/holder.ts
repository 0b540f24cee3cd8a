import { randomUUID } from 'node:crypto';
import type {
  ControlMessage,
  FailureClass,
  HostReport,
  Snapshot,
  StoredImage,
  WireError,
  ledgerRpc,
} from '@gaze/contracts';
import {
  DispatchMessage,
  Heartbeat,
  HeartbeatReply,
  contractVersion,
  hostRpc,
  ledgerRpc as rpc,
  streams,
  subjects,
} from '@gaze/contracts';
import { callRpc, consumeWork } from '@gaze/runtime';
import type { NatsConnection, WorkConsumer, WorkOutcome } from '@gaze/runtime';
import type { ObjectStore } from '@gaze/media';
import { eventually, testLog } from '@gaze/testing';
import type { z } from 'zod';
import { generationRecord, storePicture } from '../../support/pictures.ts';

export interface Delivery {
  message: DispatchMessage;
  /** How often the stream has handed it out. */
  delivery: number;
  end: (outcome?: WorkOutcome) => void;
}

export interface Started {
  jobId: string;
  attempt: number;
  hostId: string;
  epoch: number;
  folder: string;
  earlier: string[];
  front: boolean;
  snapshot: Pick<Snapshot, 'seed' | 'recipe' | 'owner'>;
  end: Delivery['end'];
}

export interface HeldHost {
  host_id: string;
  name: string;
  url: string;
  epoch: number;
}

const prompts = { main: 'a lantern', face: '', hand: '', negative: '' };

/** The other side of the protocol: what a generator does, step by step and at the test's word. */
export function buildHolder(deps: { nc: NatsConnection; store: ObjectStore; name: string }) {
  const { nc, store, name } = deps;
  const reports = new Map<string, HostReport>();
  const files = new Map<string, { kind: 'checkpoint' | 'lora' | 'vae'; name: string }[]>();
  const attempts = new Map<string, number>();
  const deliveries: Delivery[] = [];
  const orders: ControlMessage[] = [];
  const closers: (() => Promise<void> | void)[] = [];
  let held: HeldHost[] = [];

  async function ask(): Promise<HeldHost[]> {
    const holding = held.map(({ host_id, epoch }) => ({ host_id, epoch, busy: false }));
    held = (await callRpc(nc, hostRpc.assigned, { replica: name, holding })).hosts;
    return held;
  }

  async function beat(): Promise<HeartbeatReply> {
    const contract = {
      subject: subjects.heartbeat(name),
      input: Heartbeat,
      output: HeartbeatReply,
      deadlineSeconds: 4,
    };
    const reply = await callRpc(nc, contract, {
      v: contractVersion,
      replica: name,
      hosts: [...reports.values()],
      attempts: [...attempts].map(([job_id, attempt]) => ({ job_id, attempt })),
    });
    for (const hostId of reply.want_inventory) await sendInventory(hostId);
    return reply;
  }

  async function sendInventory(hostId: string): Promise<void> {
    const { epoch = 0 } = held.find((host) => host.host_id === hostId) ?? {};
    const all = files.get(hostId) ?? [];
    const fingerprint = reports.get(hostId)?.inventory ?? '';
    // Two pages, so that pages are what is tested.
    const pages = [all.slice(0, 1), all.slice(1)];
    for (const [page, part] of pages.entries()) {
      await callRpc(nc, hostRpc.inventory, {
        host_id: hostId,
        epoch,
        fingerprint,
        page,
        last: page === 1,
        files: part,
      });
    }
  }

  /** Says how a host is; the catalog is told at once. */
  async function report(
    hostId: string,
    change: Partial<HostReport> & { files?: string[] },
  ): Promise<HeartbeatReply> {
    const { files: names, ...state } = change;
    const { epoch = 0 } = held.find((host) => host.host_id === hostId) ?? {};
    if (names !== undefined) {
      files.set(
        hostId,
        names.map((file) => ({ kind: file.includes('lora') ? 'lora' : 'checkpoint', name: file })),
      );
      state.inventory = `print ${names.join()}`;
    }
    const plain = {
      state: 'up' as const,
      reason: 'It answers.',
      version: '0.3.60',
      loaded_checkpoint: null,
      loaded_loras: [],
      missing_nodes: [],
      inventory: null,
    };
    reports.set(hostId, { ...plain, ...reports.get(hostId), ...state, host_id: hostId, epoch });
    return beat();
  }

  /** Pulls a host's queue; every message waits until the test ends it. */
  function pull(hostId: string): WorkConsumer {
    const consumer = consumeWork({
      nc,
      stream: streams.image.name,
      durable: subjects.imageConsumer(hostId),
      schema: DispatchMessage,
      log: testLog(name),
      handler: (message, context) =>
        new Promise<WorkOutcome>((resolve) => {
          const end = (outcome: WorkOutcome = { type: 'ack' }): void => resolve(outcome);
          context.signal.addEventListener('abort', () => end({ type: 'nak', delayMs: 0 }));
          deliveries.push({ message, delivery: context.delivery, end });
        }),
    });
    const subscription = nc.subscribe(subjects.control(hostId), {
      callback: (_error, message) => void orders.push(JSON.parse(message.string()) as ControlMessage),
    });
    closers.push(
      () => subscription.unsubscribe(),
      () => consumer.stop(),
    );
    return consumer;
  }

  /** The next message of any pulled queue. */
  const next = (timeoutMs = 10_000): Promise<Delivery> =>
    eventually(
      () => {
        const delivery = deliveries.shift();
        if (delivery === undefined) throw new Error('no job has come');
        return delivery;
      },
      { timeoutMs, everyMs: 5 },
    );

  function start(delivery: Delivery): Promise<z.output<typeof ledgerRpc.start.output>> {
    const { job_id, dispatch, host_id } = delivery.message;
    const { epoch = 0 } = held.find((host) => host.host_id === host_id) ?? {};
    return callRpc(nc, rpc.start, { job_id, dispatch, holder: name, host_id, epoch });
  }

  /** Takes the next message and starts it. */
  async function begin(timeoutMs?: number): Promise<Started> {
    const delivery = await next(timeoutMs);
    const answer = await start(delivery);
    if (answer.outcome !== 'start') throw new Error(`the start was answered with ${JSON.stringify(answer)}`);
    const { job_id, host_id } = delivery.message;
    attempts.set(job_id, answer.attempt);
    const { epoch = 0 } = held.find((host) => host.host_id === host_id) ?? {};
    const { attempt, folder, earlier_prompt_ids: earlier, front, snapshot } = answer;
    return {
      jobId: job_id,
      hostId: host_id,
      epoch,
      attempt,
      folder,
      earlier,
      front,
      snapshot,
      end: delivery.end,
    };
  }

  async function posting(
    job: Started,
    options: { adopted?: string } = {},
  ): Promise<{ outcome: string; promptId: string }> {
    const promptId = options.adopted ?? randomUUID();
    const { outcome } = await callRpc(nc, rpc.posting, {
      ...{
        job_id: job.jobId,
        attempt: job.attempt,
        prompt_id: promptId,
        host_id: job.hostId,
        epoch: job.epoch,
      },
      ...{ prompts, adopted: options.adopted !== undefined },
    });
    return { outcome, promptId };
  }

  async function post(job: Started, options: { adopted?: string } = {}): Promise<string> {
    const { outcome, promptId } = await posting(job, options);
    if (outcome !== 'go') throw new Error(`the post was answered with ${outcome}`);
    if (options.adopted === undefined)
      await callRpc(nc, rpc.posted, { job_id: job.jobId, attempt: job.attempt });
    return promptId;
  }

  /** Stores pictures as an attempt does. */
  async function store_(job: Started, count = 1): Promise<StoredImage[]> {
    const record = recordOf(job, count);
    const images: StoredImage[] = [];
    for (let i = 0; i < count; i++)
      images.push(
        await storePicture(store, `${job.folder}/gen_${job.jobId}_${job.attempt}_${i}.png`, record),
      );
    return images;
  }

  const recordOf = (job: Started, count: number) =>
    generationRecord({
      job_id: job.jobId,
      attempt: job.attempt,
      seed: job.snapshot.seed,
      recipe: job.snapshot.recipe,
      owner: job.snapshot.owner,
      host: { id: job.hostId, name: 'Atelier' },
      pictures: count,
    });

  async function complete(job: Started, images?: StoredImage[]): Promise<'accepted' | 'already' | 'refused'> {
    const stored = images ?? (await store_(job));
    const { outcome } = await callRpc(nc, rpc.complete, {
      ...{
        job_id: job.jobId,
        attempt: job.attempt,
        images: stored,
        prompts,
        loras: [],
        checkpoint: 'paper.safetensors',
      },
      ...{ rendering_seconds: 1, notes: ['face pass skipped'], record: recordOf(job, stored.length) },
    });
    return outcome;
  }

  /** All of a job's life on a host, and the ack at its end. */
  async function render(job: Started): Promise<void> {
    await post(job);
    const outcome = await complete(job);
    if (outcome !== 'accepted') throw new Error(`the completion was answered with ${outcome}`);
    letGo(job);
  }

  async function fail(job: Started, failure: FailureClass, error: Partial<WireError> = {}): Promise<string> {
    const wire: WireError = { code: 'host_failed', message: 'Atelier ran out of memory.', ...error };
    const { outcome } = await callRpc(nc, rpc.fail, {
      job_id: job.jobId,
      attempt: job.attempt,
      class: failure,
      error: wire,
    });
    letGo(job);
    return outcome;
  }

  function letGo(job: Started): void {
    attempts.delete(job.jobId);
    job.end();
  }

  return {
    ...{
      name,
      ask,
      beat,
      report,
      pull,
      next,
      start,
      begin,
      posting,
      post,
      store: store_,
      complete,
      render,
      fail,
      letGo,
      orders,
      deliveries,
    },
    release: (job: Started) =>
      callRpc(nc, rpc.release, { job_id: job.jobId, attempt: job.attempt, reason: 'withdrawn' }),
    leave: () => callRpc(nc, hostRpc.leave, { replica: name }),
    async stop() {
      for (const close of closers.splice(0)) await close();
    },
  };
}

export type Holder = ReturnType<typeof buildHolder>;
