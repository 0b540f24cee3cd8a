import {
  EntityParams,
  EntityWritten,
  GuardHeaders,
  IdParams,
  PageQuerystring,
  RevertBody,
  RevisionDetail,
  RevisionParams,
  RevisionView,
  TrashQuerystring,
  TrashView,
  editingRpc,
  pageOf,
} from '@gaze/contracts';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { byOf, ifMatchOf, withEtag } from '../http/if-match.ts';

const tags = ['Editing'];
const at = '/api/v1/library/:category/:slug/revisions';
const writes = { scope: 'write', conflicts: true } as const;

/** What changed, and the way back. */
export function historyRoutes(app: Api, call: CatalogCall): void {
  app.get(
    at,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listRevisions',
        summary: 'List the changes of an entity, newest first',
        tags,
        params: EntityParams,
        querystring: PageQuerystring.strict(),
        response: { 200: pageOf(RevisionView) },
      },
    },
    ({ params, query }) => call(editingRpc.revisionsList, { ...params, ...query }),
  );

  app.get(
    `${at}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRevision',
        summary: 'One change, field by field and as texts',
        tags,
        params: RevisionParams,
        response: { 200: RevisionDetail },
      },
    },
    ({ params }) => call(editingRpc.revisionsGet, params),
  );

  app.post(
    `${at}/:id/revert`,
    {
      config: writes,
      schema: {
        operationId: 'revertEntity',
        summary: 'Bring an earlier version back',
        description:
          'As it was before that change, or as that change left it; one more change, so it can be undone, too.',
        tags,
        params: RevisionParams,
        headers: GuardHeaders,
        body: RevertBody.nullish(),
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.revisionsRevert, {
          ...request.params,
          ...request.body,
          ...ifMatchOf(request, 'optional'),
          ...byOf(request),
        }),
      ),
  );

  trashRoutes(app, call);
}

function trashRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/trash',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listTrash',
        summary: 'List deleted entities, newest first',
        tags,
        querystring: TrashQuerystring.strict(),
        response: { 200: pageOf(TrashView) },
      },
    },
    ({ query }) => call(editingRpc.trashList, query),
  );

  app.post(
    '/api/v1/trash/:id/restore',
    {
      config: writes,
      schema: {
        operationId: 'restoreEntity',
        summary: 'Bring a deleted entity back',
        description: 'With its state, its pictures, and its model file where that was deleted along with it.',
        tags,
        params: IdParams,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(reply, await call(editingRpc.trashRestore, { ...request.params, ...byOf(request) })),
  );

  app.delete(
    '/api/v1/trash/:id',
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'purgeTrash',
        summary: 'Remove a deleted entity for good',
        description: 'Its model file, too, where that was deleted along with it. There is no way back.',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It is gone.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(editingRpc.trashPurge, params);
      return reply.code(204).send();
    },
  );
}
