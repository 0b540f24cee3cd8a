import { EntityParams, GenerateBody, SubmitReply, catalogRpc, categories } from '@gaze/contracts';
import type { CategoryName, Recipe } from '@gaze/contracts';
import type { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { IdempotencyHeaders, idempotencyOf } from '../http/idempotency.ts';
import { sendSubmitted } from './submitted.ts';

type Body = z.output<typeof GenerateBody>;

export function generateRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category/:slug/generate',
    {
      config: { scope: 'generate', idempotent: true },
      schema: {
        operationId: 'generateEntity',
        summary: 'Queue pictures of one entity',
        description:
          'A recipe with this entity as its owner and part. The body may be empty. 202 means that the jobs are stored and will not be lost.',
        tags: ['Jobs'],
        params: EntityParams,
        headers: IdempotencyHeaders,
        body: GenerateBody.nullish(),
        response: { 202: SubmitReply },
      },
    },
    async (request, reply) => {
      const { category, slug } = request.params;
      const body = request.body ?? GenerateBody.parse({});
      const submitted = await call(catalogRpc.jobsSubmit, {
        ...submissionOf(category, slug, body),
        ...idempotencyOf(request),
      });
      return sendSubmitted(reply, submitted);
    },
  );
}

/** The recipe that the page of this entity would send. */
export function submissionOf(
  category: CategoryName,
  slug: string,
  body: Body,
): { recipe: Recipe; count: number; lane: Body['lane']; label?: string | undefined } {
  const { count, lane, label, cover, ...rest } = body;
  const { kind, cover: usualCover } = categories[category].generation;
  const recipe: Recipe = { ...rest, owner: { category, slug }, cover: cover ?? usualCover };
  if (kind === 'preset') recipe.preset = slug;
  else if (kind === 'checkpoint') recipe.checkpoint = rest.checkpoint ?? slug;
  else recipe.parts = withPart(rest.parts, category, slug);
  return { recipe, count, lane, ...(label === undefined ? {} : { label }) };
}

/** The owner stands first, unless the request says itself how it takes part. */
function withPart(parts: Recipe['parts'], category: CategoryName, slug: string): Recipe['parts'] {
  const key = category as keyof Recipe['parts'];
  const named = parts[key] ?? [];
  if (named.some((part) => part.slug === slug)) return parts;
  return { ...parts, [key]: [{ slug }, ...named] };
}
