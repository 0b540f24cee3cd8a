import {
  BatchView,
  BatchesBody,
  BatchesReply,
  IdParams,
  catalogRpc,
  finalJobStatuses,
} from '@gaze/contracts';
import type { JobView } from '@gaze/contracts';
import { GazeError, fromWireError, toWireError } from '@gaze/runtime';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { toProblem } from '../http/problem.ts';

const tags = ['Jobs'];
const batchBytes = 1024 * 1024;
/**
 * What the catalog is asked at once: enough to spare it a transaction for each, few enough to leave room for a person
 * who clicks meanwhile, and far below what a message may hold.
 */
const chunk = { entries: 100, jobs: 200, bytes: 256 * 1024 };
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
  const joined = label === undefined ? {} : { batch: { id: randomUUID(), label } };
  const submissions = entries.map((entry, index) => ({
    ...entry,
    ...joined,
    ...idempotencyOf(request, index),
  }));
  const refused = (error: unknown): { outcome: Outcome; error: unknown } => ({
    outcome: { batch_id: null, job_ids: [], notes: [], problem: toProblem(toWireError(error), request.id) },
    error,
  });
  const outcomes: { outcome: Outcome; error: unknown }[] = [];
  // One after the other: jobs come into the queue in the order of the request.
  for (const some of chunksOf(submissions)) {
    const answers = await call(catalogRpc.jobsSubmitMany, { entries: some }).then(
      (answer) =>
        answer.entries.map(({ error, ...taken }) =>
          error === null ? { outcome: { ...taken, problem: null }, error } : refused(fromWireError(error)),
        ),
      (error: unknown) => some.map(() => refused(error)),
    );
    outcomes.push(...answers);
  }
  return outcomes;
}

function chunksOf<S extends { count: number }>(submissions: readonly S[]): S[][] {
  const chunks: S[][] = [];
  let room = { entries: 0, jobs: 0, bytes: 0 };
  for (const submission of submissions) {
    const bytes = Buffer.byteLength(JSON.stringify(submission));
    const fits = room.entries >= 1 && room.jobs >= submission.count && room.bytes >= bytes;
    const current = fits ? chunks.at(-1) : undefined;
    if (current === undefined) {
      chunks.push([submission]);
      room = { ...chunk };
    } else current.push(submission);
    room = {
      entries: room.entries - 1,
      jobs: room.jobs - submission.count,
      bytes: room.bytes - bytes,
    };
  }
  return chunks;
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
