import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { GazeEvent, JobDetail, RecipeInput, RpcContract, Submission } from '@gaze/contracts';
import { catalogRpc } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { callRpc } from '@gaze/runtime';
import { eventually, testLog } from '@gaze/testing';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { Hosts } from '../../../src/hosts/hosts.ts';
import { buildHosts } from '../../../src/hosts/hosts.ts';
import { buildJobs } from '../../../src/jobs/jobs.ts';
import { usualKeeping } from '../../../src/settings/settings.ts';
import { testBus } from '../../support/bus.ts';
import { testLibrary } from '../../support/library.ts';
import { buildHolder } from './holder.ts';
import type { Holder } from './holder.ts';

const shippedData = path.resolve(import.meta.dirname, '../../../../../data');

export const paper = 'paper.safetensors';
export const inkwell = 'inkwell.safetensors';

/** The catalog's part of the work on a real database and a real bus, with hosts whose holders the test plays. */
export async function workshop(
  options: { comfyUrls?: string[]; store?: (real: ObjectStore) => ObjectStore } = {},
) {
  const bus = await testBus();
  const on = await testLibrary();
  const store = options.store?.(on.store) ?? on.store;
  await cp(path.join(shippedData, 'workflows'), path.join(on.data.path, 'workflows'), { recursive: true });
  await on.data.put('characters', 'elke.json', {
    character_id: 'elke',
    character_name: 'Elke',
    identity: { hair: 'silver hair' },
  });
  await on.data.put('checkpoints', 'paper.json', { checkpoint_path: paper, checkpoint_name: 'Paper' });
  await on.data.put('presets', 'evening.json', {
    preset_id: 'evening',
    preset_name: 'Evening',
    character: { character_id: 'elke' },
    checkpoint: { checkpoint_path: paper },
  });
  await on.library.scan();
  await on.takeEvents();

  let skipped = 0;
  const now = (): number => performance.now() + skipped;
  const holders: Holder[] = [];
  let running = await open(options.comfyUrls ?? ['Atelier=http://127.0.0.1:9001']);

  async function open(comfyUrls: readonly string[]) {
    const log = testLog('catalog');
    const { db, events, images, library } = on;
    const hosts = buildHosts({ db, nc: bus.nc, events, comfyUrls, now, log });
    const jobs = buildJobs({
      ...{
        db,
        nc: bus.nc,
        store,
        events,
        images,
        loader: library.loader,
        templateFor: library.templateFor,
        hosts,
        log,
      },
      defaultCheckpoint: () => Promise.resolve(paper),
      keeping: () => Promise.resolve(usualKeeping),
    });
    const serving = [hosts, jobs].flatMap((part) => part.serve(bus.nc));
    await bus.nc.flush();
    await hosts.start();
    await jobs.start();
    return {
      hosts,
      async stop() {
        await Promise.all(serving.map((server) => server.stop()));
        await jobs.stop();
        await hosts.stop();
      },
    };
  }

  const ask = <I extends z.ZodType, O extends z.ZodType>(
    contract: RpcContract<I, O>,
    input: z.input<I>,
  ): Promise<z.output<O>> => callRpc(bus.asker, contract, input);

  const job = (jobId: string): Promise<JobDetail> => ask(catalogRpc.jobsGet, { job_id: jobId });

  return {
    ...{ bus, on, ask, job },
    hosts: (): Hosts => running.hosts,
    /** A generator that holds all hosts that it gets, each up and with these files. */
    async holder(name = 'first', files: string[] = [paper, inkwell]) {
      const holder = buildHolder({ nc: bus.asker, store, name });
      holders.push(holder);
      const held = await holder.ask();
      for (const host of held) {
        await holder.report(host.host_id, { files });
        holder.pull(host.host_id);
      }
      return Object.assign(holder, { held });
    },
    /** One that holds nothing yet. */
    bareHolder(name: string) {
      const holder = buildHolder({ nc: bus.asker, store, name });
      holders.push(holder);
      return holder;
    },
    async submit(recipe: RecipeInput = {}, more: Partial<z.input<typeof Submission>> = {}) {
      const answer = await ask(catalogRpc.jobsSubmit, { recipe, ...more });
      return { ...answer, ids: answer.jobs.map((view) => view.id) };
    },
    /** Lets the liveness clock run ahead, in steps that are no standstill. */
    skip(ms: number) {
      for (let left = ms; left > 0; left -= 2000) {
        skipped += 2000;
        running.hosts.liveness.replicaSilentMs('');
      }
    },
    /** Waits until a job has a status. */
    until: (jobId: string, status: JobDetail['status'], timeoutMs = 10_000): Promise<JobDetail> =>
      eventually(
        async () => {
          const view = await job(jobId);
          expect(view.status, JSON.stringify(view)).toBe(status);
          return view;
        },
        { timeoutMs, everyMs: 10 },
      ),
    async restart(comfyUrls?: string[]) {
      await running.stop();
      running = await open(comfyUrls ?? options.comfyUrls ?? ['Atelier=http://127.0.0.1:9001']);
    },
    async eventsOf<T extends GazeEvent['type']>(type: T): Promise<Extract<GazeEvent, { type: T }>[]> {
      const rows = await on.db.selectFrom('event').select('payload').orderBy('id').execute();
      return rows
        .map((row) => row.payload)
        .filter((event): event is Extract<GazeEvent, { type: T }> => event.type === type);
    },
    async [Symbol.asyncDispose]() {
      for (const holder of holders) await holder.stop();
      await running.stop();
      await on[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}

export type Workshop = Awaited<ReturnType<typeof workshop>>;
