import { randomUUID } from 'node:crypto';
import type { AttemptView, FailureClass, Prompts, Snapshot, WireError, Workflow } from '@gaze/contracts';
import { ledgerRpc } from '@gaze/contracts';
import type { NatsConnection, RpcServer } from '@gaze/runtime';
import { serveRpc } from '@gaze/runtime';
import { testLog } from '@gaze/testing';
import type { z } from 'zod';
import { template } from './jobs.ts';

type Answer<N extends keyof typeof ledgerRpc> = Promise<z.input<(typeof ledgerRpc)[N]['output']>>;
type Completion = z.output<typeof ledgerRpc.complete.input>;

export interface LedgerJob {
  id: string;
  snapshot: Snapshot;
  template: Workflow;
  hostId: string;
  dispatch: number;
  front: boolean;
  status: 'open' | 'cancelling' | 'done' | 'failed' | 'released';
  attempts: (AttemptView & { posted: boolean; adopted: boolean; epoch: number })[];
  prompts: Prompts | null;
  completions: Completion[];
  failures: { attempt: number; class: FailureClass; error: WireError }[];
  releases: string[];
}

/** A ledger in memory that answers what generators ask. It mints, fences and notes down, and decides nothing else. */
export function serveLedger(nc: NatsConnection) {
  const jobs = new Map<string, LedgerJob>();
  const log = testLog();
  /** Questions that wait until a test lets them through. */
  const gates = new Map<string, Promise<void>>();
  const holders = new Map<string, { holder: string; epoch: number }>();

  const open = (id: string, attempt: number): LedgerJob | null => {
    const job = jobs.get(id);
    const isCurrent = job !== undefined && job.attempts.at(-1)?.number === attempt;
    return isCurrent && (job.status === 'open' || job.status === 'cancelling') ? job : null;
  };
  const gate = async (name: string): Promise<void> => gates.get(name);

  const servers: RpcServer[] = [
    serveRpc(
      nc,
      ledgerRpc.start,
      async ({ job_id, dispatch, holder, host_id, epoch, prompt_id }): Answer<'start'> => {
        await gate('start');
        const job = jobs.get(job_id);
        if (job === undefined) return { outcome: 'refused', reason: 'unknown' };
        const held = holders.get(host_id);
        if (held?.holder !== holder || held.epoch !== epoch) return { outcome: 'not_holder' };
        if (job.status !== 'open')
          return { outcome: 'refused', reason: job.status === 'cancelling' ? 'cancelled' : 'finished' };
        if (job.dispatch !== dispatch) return { outcome: 'refused', reason: 'superseded' };
        const earlier = job.attempts.filter((attempt) => attempt.host.id === host_id).reverse();
        for (const attempt of job.attempts) if (attempt.status === 'running') attempt.status = 'lost';
        const number = job.attempts.length + 1;
        const earlierIds = [...new Set(earlier.flatMap((attempt) => attempt.prompt_id ?? []))];
        const recorded = prompt_id !== undefined && earlierIds.length === 0 && !gates.has('posting');
        job.attempts.push({
          number,
          holder,
          host: { id: host_id, name: host_id },
          prompt_id: recorded ? prompt_id : null,
          status: 'running',
          error: null,
          started_at: new Date().toISOString(),
          finished_at: null,
          posted: false,
          adopted: false,
          epoch,
        });
        return {
          outcome: 'start',
          recorded,
          attempt: number,
          snapshot: job.snapshot,
          template: job.template,
          earlier_prompt_ids: earlierIds,
          folder: 'characters/mara',
          queued_seconds: 0.5,
          front: job.front,
        };
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.posting,
      async (question): Answer<'posting'> => {
        await gate('posting');
        const job = open(question.job_id, question.attempt);
        const attempt = job?.attempts.at(-1);
        if (job === null || attempt === undefined) return { outcome: 'stale' };
        if (holders.get(question.host_id)?.epoch !== question.epoch) return { outcome: 'not_holder' };
        if (job.status === 'cancelling' && !question.adopted) return { outcome: 'cancelled' };
        Object.assign(attempt, {
          prompt_id: question.prompt_id,
          adopted: question.adopted,
          posted: question.adopted,
        });
        job.prompts = question.prompts;
        return { outcome: 'go' };
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.posted,
      async ({ job_id, attempt, prompts }) => {
        Object.assign(jobs.get(job_id) ?? {}, prompts === undefined ? {} : { prompts });
        const found = jobs.get(job_id)?.attempts[attempt - 1];
        if (found !== undefined) found.posted = true;
        return Promise.resolve({ ok: found !== undefined });
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.complete,
      async (completion): Answer<'complete'> => {
        await gate('complete');
        const job = open(completion.job_id, completion.attempt);
        if (job === null) return { outcome: 'refused' };
        job.completions.push(completion);
        Object.assign(job.attempts.at(-1) ?? {}, { status: 'done' });
        job.status = 'done';
        return { outcome: 'accepted' };
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.fail,
      async ({ job_id, attempt, class: failure, error }) => {
        const job = open(job_id, attempt);
        if (job === null) return Promise.resolve({ outcome: 'stale' as const });
        Object.assign(job.attempts.at(-1) ?? {}, { status: 'failed', error });
        job.failures.push({ attempt, class: failure, error });
        job.status = 'failed';
        return Promise.resolve({ outcome: 'failed' as const });
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.release,
      async ({ job_id, attempt, reason }) => {
        const job = open(job_id, attempt);
        if (job !== null) {
          Object.assign(job.attempts.at(-1) ?? {}, { status: 'lost' });
          job.releases.push(reason);
          job.status = 'released';
        }
        return Promise.resolve({ ok: job !== null });
      },
      { log },
    ),
    serveRpc(
      nc,
      ledgerRpc.attempts,
      ({ job_id }) => Promise.resolve({ attempts: jobs.get(job_id)?.attempts ?? [] }),
      { log },
    ),
  ];

  return {
    jobs,
    holders,
    gates,
    add(wanted: { hostId: string; snapshot: Snapshot; front?: boolean }): LedgerJob {
      const job: LedgerJob = {
        id: randomUUID().replaceAll('-', '').slice(0, 16),
        snapshot: wanted.snapshot,
        template: template(wanted.snapshot.template.name),
        hostId: wanted.hostId,
        dispatch: 1,
        front: wanted.front ?? false,
        status: 'open',
        attempts: [],
        prompts: null,
        completions: [],
        failures: [],
        releases: [],
      };
      jobs.set(job.id, job);
      return job;
    },
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}

export type Ledger = ReturnType<typeof serveLedger>;
