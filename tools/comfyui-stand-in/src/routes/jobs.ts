import type { FastifyInstance } from 'fastify';
import type { Host } from '../host.ts';
import { findJob, jobStatuses, listJobs } from '../queue/jobs.ts';
import type { Job } from '../queue/jobs.ts';
import { query, sendJson } from './replies.ts';
import { removePending } from './queue.ts';

/** The jobs API of NEW; it exists under `/api` alone. */
export function jobsRoutes(app: FastifyInstance, host: Host): void {
  const { queue, history } = host;

  app.get('/jobs', (request, reply) => {
    const asked = readQuery(query(request));
    if ('error' in asked) return sendJson(reply, { error: asked.error }, 400);
    const { statuses, workflowId, offset, limit, descending } = asked;
    const fitting = listJobs(queue, history).filter(
      (job: Job) =>
        (statuses === null || statuses.includes(job.status)) &&
        (workflowId === undefined || job.workflow_id === workflowId),
    );
    if (descending) fitting.reverse();
    const total = fitting.length;
    const jobs = limit === null ? fitting.slice(offset) : fitting.slice(offset, offset + limit);
    const has_more = offset + jobs.length < total;
    return sendJson(reply, { jobs, pagination: { offset, limit, total, has_more } });
  });

  app.get<{ Params: { id: string } }>('/jobs/:id', (request, reply) => {
    const job = findJob(queue, history, request.params.id);
    return job === undefined ? sendJson(reply, { error: 'Job not found' }, 404) : sendJson(reply, job);
  });

  app.post<{ Params: { id: string } }>('/jobs/:id/cancel', (request, reply) => {
    const { id } = request.params;
    if (removePending(host, id)) return sendJson(reply, { cancelled: true });
    const isRunning = queue.running()?.promptId === id;
    if (isRunning) {
      host.state.interrupted = true;
      host.log.add({ type: 'interrupt', promptId: id, hit: true });
    }
    return sendJson(reply, { cancelled: isRunning });
  });
}

interface JobsQuery {
  statuses: string[] | null;
  workflowId: string | undefined;
  offset: number;
  limit: number | null;
  descending: boolean;
}

function readQuery(given: Record<string, string | undefined>): JobsQuery | { error: string } {
  const statuses = given.status === undefined ? null : given.status.split(',').map((word) => word.trim());
  const unknown = statuses?.find((word) => !(jobStatuses as readonly string[]).includes(word));
  if (unknown !== undefined) return { error: `Invalid status: ${unknown}` };
  if (!['created_at', 'execution_duration'].includes(given.sort_by ?? 'created_at')) {
    return { error: 'sort_by must be created_at or execution_duration' };
  }
  if (!['asc', 'desc'].includes(given.sort_order ?? 'desc'))
    return { error: 'sort_order must be asc or desc' };
  const offset = Number(given.offset ?? 0);
  if (!Number.isInteger(offset) || offset < 0) return { error: 'offset must be a non-negative integer' };
  const limit = given.limit === undefined ? null : Number(given.limit);
  if (limit !== null && (!Number.isInteger(limit) || limit < 1))
    return { error: 'limit must be a positive integer' };
  return { statuses, workflowId: given.workflow_id, offset, limit, descending: given.sort_order !== 'asc' };
}
