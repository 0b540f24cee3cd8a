import { randomBytes } from 'node:crypto';
import type {
  CategoryName,
  EntityData,
  JobDetail,
  LlmDispatchMessage,
  LlmResult,
  LlmTask,
  LlmTranscript,
  RpcContract,
} from '@gaze/contracts';
import {
  LlmControlMessage,
  LlmDispatchMessage as Message,
  catalogRpc,
  llmConsumer,
  llmControlName,
  llmRpc,
  streams,
  subjects,
} from '@gaze/contracts';
import { callRpc, consumeWork } from '@gaze/runtime';
import type { WorkConsumer, WorkOutcome } from '@gaze/runtime';
import { eventually, testLog } from '@gaze/testing';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { WriteDeps } from '../../../src/editing/deps.ts';
import { buildHosts } from '../../../src/hosts/hosts.ts';
import { buildLiveness } from '../../../src/hosts/liveness.ts';
import { buildJobs } from '../../../src/jobs/jobs.ts';
import { entityDetail } from '../../../src/library/detail.ts';
import { buildLlmJobs } from '../../../src/llm/llm.ts';
import { buildSettings } from '../../../src/settings/settings.ts';
import { testBus } from '../../support/bus.ts';
import { restarted } from '../../support/editing.ts';
import { testLibrary } from '../../support/library.ts';
import { transcript } from './sample-transcript.ts';

export const elke = {
  character_id: 'elke',
  character_name: 'Elke',
  identity: { hair: 'silver hair' },
  own_notes: 'kept as it is',
  tags: { origin_series: 'Old Tales', origin_type: '', nsfw: false },
};

/** What the key file of this house would hold. */
const sealing = randomBytes(32);

/** A message that a test's worker holds until the test says how it ended. */
export interface Delivery {
  message: LlmDispatchMessage;
  end: (outcome: WorkOutcome) => void;
}

export interface Begun {
  jobId: string;
  attempt: number;
  task: LlmTask;
  end: Delivery['end'];
}

/** The catalog's part of LLM jobs on a real database and a real bus; the test plays the workers. */
export async function llmWorkshop() {
  const bus = await testBus();
  const on = await testLibrary();
  await on.data.put('characters', 'elke.json', elke);
  await on.library.scan();
  let skipped = 0;
  const deliveries: Delivery[] = [];
  const waiting: ((delivery: Delivery) => void)[] = [];
  const begun: Delivery[] = [];
  const cancelled: string[] = [];
  let consumers: WorkConsumer[] = [];
  let running = await open(on.writing);

  async function open(writing: WriteDeps) {
    const log = testLog('catalog');
    const { db, events, images, library, store } = on;
    const liveness = buildLiveness({ nc: bus.nc, now: () => performance.now() + skipped, log });
    const settings = buildSettings({ db, events, log });
    const hosts = buildHosts({ db, nc: bus.nc, events, comfyUrls: [], log });
    const llm = buildLlmJobs({
      ...{ db, nc: bus.nc, events, images, writing, log },
      review: settings.llmReview,
      liveness,
      ...{ key: sealing, fixed: { provider: null, limits: {} } },
    });
    const jobs = buildJobs({
      ...{ db, nc: bus.nc, store, events, images, hosts, llm, log },
      ...{ loader: library.loader, templateFor: library.templateFor },
      defaultCheckpoint: () => Promise.resolve(null),
      keeping: settings.keeping,
    });
    const serving = [settings, hosts, jobs, llm].flatMap((part) => part.serve(bus.nc));
    await bus.nc.flush();
    await hosts.start();
    await jobs.start();
    await llm.start();
    return {
      liveness,
      /** Hears and does nothing more, and is not waited for. */
      leave() {
        for (const server of serving) void server.stop();
        for (const part of [llm, jobs, hosts]) void part.stop();
      },
      async stop() {
        await Promise.all(serving.map((server) => server.stop()));
        await llm.stop();
        await jobs.stop();
        await hosts.stop();
      },
    };
  }

  const control = bus.asker.subscribe(subjects.control(llmControlName), {
    callback: (_error, message) => {
      const order = LlmControlMessage.parse(message.json());
      if (order.type === 'cancel') cancelled.push(order.job_id);
    },
  });

  function pull(): void {
    consumers = (['interactive', 'batch'] as const).map((lane) =>
      consumeWork({
        ...{
          nc: bus.asker,
          stream: streams.llm.name,
          durable: llmConsumer(lane),
          schema: Message,
          log: testLog('worker'),
        },
        handler: (message) =>
          new Promise<WorkOutcome>((resolve) => {
            const delivery = { message, end: resolve };
            begun.push(delivery);
            const next = waiting.shift();
            if (next === undefined) deliveries.push(delivery);
            else next(delivery);
          }),
      }),
    );
  }
  pull();

  const ask = <I extends z.ZodType, O extends z.ZodType>(
    contract: RpcContract<I, O>,
    input: z.input<I>,
  ): Promise<z.output<O>> => callRpc(bus.asker, contract, input);
  const job = (jobId: string): Promise<JobDetail> => ask(catalogRpc.jobsGet, { job_id: jobId });
  const next = (): Promise<Delivery> => {
    const delivery = deliveries.shift();
    return delivery === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(delivery);
  };

  return {
    ...{ bus, on, ask, job, next, cancelled, deliveries },
    /** Takes the next message and starts it. */
    async begin(): Promise<Begun> {
      const { message, end } = await next();
      const answer = await ask(llmRpc.start, {
        ...{ job_id: message.job_id, dispatch: message.dispatch, holder: 'w1' },
      });
      if (answer.outcome !== 'start') throw new Error(`the start was refused: ${answer.reason}`);
      return { jobId: message.job_id, attempt: answer.attempt, task: answer.task, end };
    },
    async complete(begun: Begun, result: LlmResult, more: Partial<LlmTranscript> = {}) {
      const { outcome } = await ask(llmRpc.complete, {
        ...{ job_id: begun.jobId, attempt: begun.attempt, result },
        transcript: { ...transcript, ...more },
      });
      begun.end({ type: 'ack' });
      return outcome;
    },
    async fail(
      begun: Begun,
      kind: 'permanent' | 'provider' | 'interrupted',
      retryAfter: number | null = null,
    ) {
      const { outcome } = await ask(llmRpc.fail, {
        ...{ job_id: begun.jobId, attempt: begun.attempt, class: kind, transcript: null },
        error: { code: 'llm_failed', message: 'The model is away.' },
        retry_after_seconds: retryAfter,
      });
      begun.end({ type: 'ack' });
      return outcome;
    },
    /** Makes the delays of waiting jobs run out. */
    async hurry() {
      await on.db.updateTable('job').set({ not_before: null }).execute();
    },
    /** Lets the liveness clock run ahead, in steps that are no standstill. */
    skip(ms: number) {
      for (let left = ms; left > 0; left -= 2000) {
        skipped += 2000;
        running.liveness.replicaSilentMs('');
      }
    },
    until: (jobId: string, status: JobDetail['status']): Promise<JobDetail> =>
      eventually(
        async () => {
          const view = await job(jobId);
          expect(view.status, JSON.stringify(view)).toBe(status);
          return view;
        },
        { timeoutMs: 10_000, everyMs: 10 },
      ),
    dataOf: async (category: CategoryName, slug: string): Promise<EntityData> =>
      (await entityDetail(on.db, category, slug)).data,
    /** Revisions that jobs have made, by their slug. */
    async revisions(category: CategoryName): Promise<{ slug: string; made_by: string }[]> {
      return on.db
        .selectFrom('entity_revision')
        .select(['slug', 'made_by'])
        .where('category', '=', category)
        .where('made_by', 'like', 'llm: %')
        .where('state', '=', 'done')
        .orderBy('id')
        .execute();
    },
    /** The catalog as another process finds it: the same files and rows, no memory. `writing` may stop on the way. */
    async restart(change: (writing: WriteDeps) => WriteDeps = (writing) => writing) {
      await running.stop();
      running = await open(change(restarted(on).writing));
    },
    /** The process is gone without a word, in the middle of a write that never ends: nothing of it can be waited for. */
    async abandon() {
      running.leave();
      await bus.nc.flush();
      running = await open(restarted(on).writing);
    },
    async [Symbol.asyncDispose]() {
      // What comes from now on goes back at once; what a test still holds is let go.
      const stopped = Promise.all(consumers.map((consumer) => consumer.stop()));
      for (const { end } of begun) end({ type: 'nak', delayMs: 60_000 });
      await stopped;
      control.unsubscribe();
      await running.stop();
      await bus[Symbol.asyncDispose]();
      await on[Symbol.asyncDispose]();
    },
  };
}

export type LlmWorkshop = Awaited<ReturnType<typeof llmWorkshop>>;

const report = {
  refused: [],
  tag_report: { checked: true, replaced: [], unknown: [] },
  notes: [],
};

/** What a worker makes of a task that writes tags. */
export function tagsResult(task: LlmTask, tags: Record<string, unknown>): LlmResult {
  if (task.kind !== 'regenerate_tags') throw new Error(`it is a task to ${task.kind}`);
  const { kind, category, slug, revision, data } = task;
  return {
    kind,
    category,
    slug,
    revision,
    tags: { ...(data.tags as object), ...tags },
    changes: [],
    ...report,
  };
}

export function entryResult(task: LlmTask, name: string, data: EntityData): LlmResult {
  if (task.kind === 'regenerate_tags') throw new Error('it is a task to write tags');
  const { kind, category } = task;
  if (kind === 'create_entity') return { kind, category, name, data, ...report };
  return { kind, category, file: task.file.name, name, data, changes: [], ...report };
}
