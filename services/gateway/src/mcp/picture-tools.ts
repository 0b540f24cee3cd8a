import { Recipe, catalogRpc, gridThumbWidth, searchRpc } from '@gaze/contracts';
import type { ImageView, JobView } from '@gaze/contracts';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { answer, attempt, need } from './answers.ts';
import type { McpDeps } from './server.ts';
import { waitForJobs } from './wait.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const maxCount = 4;
const longestWaitSeconds = 600;
const thumbAddress = /^\/api\/v1\/thumbs\/([0-9a-f]+)\//;

/** Tools that render pictures and find them again. */
export function pictureTools(server: McpServer, deps: McpDeps): void {
  const { call, principal } = deps;
  const pictureOf = ({ id, url, width, height, seed, is_nsfw }: ImageView) => ({
    ...{ id, url: deps.origin + url, width, height, seed, is_nsfw },
  });
  const jobOf = ({ id, status, label, reason, error, host, seed, notes, images }: JobView) => ({
    ...{ id, status, label, reason, seed, notes, host: host?.name ?? null },
    error: error === null ? null : error.message,
    images: images.map(pictureOf),
  });
  const ask = (ids: readonly string[]): Promise<JobView[]> =>
    Promise.all(ids.map((job_id) => call(catalogRpc.jobsGet, { job_id })));

  server.registerTool(
    'generate_and_wait',
    {
      title: 'Generate pictures',
      description:
        'Renders a recipe (see preview_prompt) and waits for its pictures. Steps come as progress. What is not done in time goes on: ask get_job.',
      inputSchema: {
        recipe: Recipe,
        count: z.number().int().min(1).max(maxCount).default(1),
        wait_seconds: z.number().int().min(0).max(longestWaitSeconds).default(120),
        thumbnails: z.boolean().default(true).describe('Small pictures in the answer.'),
      },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    ({ recipe, count, wait_seconds, thumbnails }, extra) =>
      attempt(async () => {
        need(principal, 'generate');
        const submitted = await call(catalogRpc.jobsSubmit, { recipe, count, lane: 'interactive' });
        const ids = submitted.jobs.map(({ id }) => id);
        const jobs = await waitForJobs({ hub: deps.hub, ask }, ids, {
          waitMs: wait_seconds * 1000,
          signal: extra.signal,
          told: (progress) => tell(extra, progress.step, progress.steps),
        });
        const said = answer({ batch_id: submitted.batch_id, jobs: jobs.map(jobOf), notes: submitted.notes });
        return thumbnails ? withThumbnails(said, jobs) : said;
      }),
  );

  server.registerTool(
    'get_job',
    {
      title: 'Look at a job',
      description: 'How a job is, why it waits or failed, and its pictures.',
      inputSchema: { job_id: z.string().min(1).max(100) },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ job_id }) =>
      attempt(async () => {
        need(principal, 'read');
        return answer({ job: jobOf(await call(catalogRpc.jobsGet, { job_id })) });
      }),
  );

  server.registerTool(
    'search_images',
    {
      title: 'Search pictures',
      description: 'Pictures whose prompts have these words, newest first.',
      inputSchema: {
        q: z.string().min(1).max(200),
        nsfw: z.enum(['sfw', 'nsfw', 'all']).default('all'),
        limit: z.number().int().min(1).max(50).default(12),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (query) =>
      attempt(async () => {
        need(principal, 'read');
        const { images } = await call(searchRpc.query, { ...query, type: 'images' });
        const found = (images?.items ?? []).map(({ image, snippet }) => ({
          ...pictureOf(image),
          owner: image.owner,
          created_at: image.created_at,
          found_in: snippet.map(({ text }) => text).join(''),
        }));
        return answer({ images: found, is_all: images?.found.count === found.length });
      }),
  );

  async function withThumbnails(said: CallToolResult, jobs: readonly JobView[]): Promise<CallToolResult> {
    const pictures = jobs.flatMap((job) => job.images).slice(0, maxCount);
    const shown = await Promise.all(pictures.map(thumbnailOf));
    return { ...said, content: [...said.content, ...shown.flat()] };
  }

  async function thumbnailOf({ thumb_url, key }: ImageView): Promise<CallToolResult['content']> {
    const sha256 = thumbAddress.exec(thumb_url)?.[1];
    if (sha256 === undefined) return [];
    const bytes = await deps.thumbs.get(sha256, gridThumbWidth, key);
    return [{ type: 'image', data: bytes.toString('base64'), mimeType: 'image/webp' }];
  }
}

/** Only a client that asked for progress gets it; one that is gone by now misses nothing. */
function tell(extra: Extra, progress: number, total: number): void {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return;
  extra
    .sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total } })
    .catch(() => undefined);
}
