import {
  BatchView,
  BatchesBody,
  BatchesReply,
  IdParams,
  catalogRpc,
  finalJobStatuses,
} from '@gaze/contracts';
import type { JobView } from '@gaze/contracts';
import { GazeError, toWireError } from '@gaze/runtime';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { toProblem } from '../http/problem.ts';

const tags = ['Jobs'];
const batchBytes = 1024 * 1024;
/** Enough to keep the catalog busy, few enough to leave room for a person who clicks meanwhile. */
const sideBySide = 8;
const pageSize = 200;

type Entry = z.output<typeof BatchesBody>['entries'][number];
type Outcome = BatchesReply['entries'][number];

export function batchRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/batches',
    {
      bodyLimit: batchBytes,
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'submitBatches',
        summary: 'Queue a list of recipes',
        description:
          'Every entry is a submission of its own, and the answer says for each what was queued or why not. Where none was, the answer is the error of the first.',
        tags,
        headers: IdempotencyHeaders,
        body: BatchesBody,
        response: { 202: BatchesReply },
      },
    },
    async (request, reply) => {
      const { entries, label } = request.body;
      const outcomes = await submitAll(call, request, entries, label);
      const accepted = outcomes.filter(({ outcome }) => outcome.problem === null).length;
      if (accepted === 0) throw outcomes[0]?.error;
      void reply.code(202);
      return { accepted, entries: outcomes.map(({ outcome }) => outcome) };
    },
  );

  app.get(
    '/api/v1/batches/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getBatch',
        summary: 'One batch with its jobs',
        tags,
        params: IdParams,
        response: { 200: BatchView },
      },
    },
    async ({ params }) => {
      const items = await jobsOf(call, params.id);
      if (items.length === 0) throw new GazeError('not_found', `There is no batch ${params.id}.`);
      return batchView(params.id, items);
    },
  );
}

async function jobsOf(call: CatalogCall, batchId: string): Promise<JobView[]> {
  const jobs: JobView[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(catalogRpc.jobsList, {
      ...{ batch_id: batchId, limit: pageSize },
      ...(cursor === undefined ? {} : { cursor }),
    });
    jobs.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return jobs;
}

async function submitAll(
  call: CatalogCall,
  request: FastifyRequest,
  entries: readonly Entry[],
  label: string | undefined,
): Promise<{ outcome: Outcome; error: unknown }[]> {
  const outcomes: { outcome: Outcome; error: unknown }[] = [];
  const queue = entries.entries();
  const joined = label === undefined ? {} : { batch: { id: randomUUID(), label } };
  const worker = async (): Promise<void> => {
    for (const [index, entry] of queue) {
      const submission = { ...entry, ...joined, ...idempotencyOf(request, index) };
      outcomes[index] = await call(catalogRpc.jobsSubmit, submission).then(
        ({ batch_id, jobs, notes }) => ({
          outcome: { batch_id, job_ids: jobs.map((job) => job.id), notes, problem: null },
          error: null,
        }),
        (error: unknown) => ({
          outcome: {
            batch_id: null,
            job_ids: [],
            notes: [],
            problem: toProblem(toWireError(error), request.id),
          },
          error,
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, worker));
  return outcomes;
}

function batchView(id: string, jobs: JobView[]): BatchView {
  const counts: BatchView['counts'] = {
    waiting: 0,
    dispatched: 0,
    running: 0,
    cancelling: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const job of jobs) counts[job.status] += 1;
  return { id, finished: jobs.every((job) => finalJobStatuses.includes(job.status)), counts, jobs };
}
