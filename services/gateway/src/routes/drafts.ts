import {
  DraftApplyBody,
  DraftView,
  DraftsDecideBody,
  DraftsDecided,
  DraftsPage,
  DraftsQuerystring,
  EntityParams,
  EntityWritten,
  IdParams,
  ProposalBody,
  llmJobsRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { withEtag } from '../http/if-match.ts';

const tags = ['Language model'];
const at = '/api/v1/drafts';

/** Results of the language model that wait until a person has looked at them. */
export function draftRoutes(app: Api, call: CatalogCall): void {
  app.get(
    at,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listDrafts',
        summary: 'Results that wait for review, newest first',
        description: 'Each with what it would change, field by field; of a long one the first changes.',
        ...{ tags, querystring: DraftsQuerystring.strict(), response: { 200: DraftsPage } },
      },
    },
    ({ query }) => call(llmJobsRpc.drafts, query),
  );

  app.get(
    `${at}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDraft',
        summary: 'One result with all that it would change',
        ...{ tags, params: IdParams, response: { 200: DraftView } },
      },
    },
    ({ params }) => call(llmJobsRpc.draft, params),
  );

  app.post(
    `${at}/:id/apply`,
    {
      config: { scope: 'write', conflicts: true },
      schema: {
        operationId: 'applyDraft',
        summary: 'Write a result into the library',
        description:
          'Once, however often it is asked. Edits of other fields since then are merged; the same field changed by somebody else is a 409, unless `overwrite` says what counts.',
        ...{ tags, params: IdParams, body: DraftApplyBody, response: { 200: EntityWritten } },
      },
    },
    async ({ params, body }, reply) =>
      withEtag(reply, await call(llmJobsRpc.draftApply, { ...params, ...body })),
  );

  app.post(
    `${at}/:id/discard`,
    {
      config: { scope: 'write', conflicts: true },
      schema: {
        operationId: 'discardDraft',
        summary: 'Drop a result',
        ...{ tags, params: IdParams, response: { 200: DraftView } },
      },
    },
    ({ params }) => call(llmJobsRpc.draftDiscard, params),
  );

  app.post(
    `${at}/decide`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'decideDrafts',
        summary: 'Apply or drop all that wait, those of a category or those of one request',
        description:
          'To apply is recorded at once and done one after the other. A field that somebody changed meanwhile is left alone: its draft goes on waiting.',
        ...{ tags, body: DraftsDecideBody, response: { 200: DraftsDecided } },
      },
    },
    ({ body }) => call(llmJobsRpc.draftsDecide, body),
  );

  app.post(
    '/api/v1/library/:category/:slug/propose',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'proposeEdit',
        summary: 'Propose an edit that waits for review',
        description:
          'For programs and agents: the entry stays as it is until a person applies the draft, field by field if they like.',
        ...{ tags, params: EntityParams, body: ProposalBody, response: { 201: DraftView } },
      },
    },
    async ({ params, body, principal }, reply) => {
      const draft = await call(llmJobsRpc.propose, { ...params, ...body, by: principal?.name ?? 'somebody' });
      void reply.code(201);
      return draft;
    },
  );
}
