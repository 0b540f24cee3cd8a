import {
  EntityParams,
  EntityWritten,
  OutfitAddBody,
  OutfitParams,
  OutfitRenameBody,
  OutfitSaveBody,
  editingRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { byOf, withEtag } from '../http/if-match.ts';

const tags = ['Editing'];
const at = '/api/v1/library/:category/:slug/outfits';
const writes = { scope: 'write', conflicts: true } as const;

/** The wardrobe of a character. Which outfit is worn stands at `…/outfit`. */
export function outfitRoutes(app: Api, call: CatalogCall): void {
  app.post(
    at,
    {
      config: writes,
      schema: {
        operationId: 'addOutfit',
        summary: 'Add an outfit to a character',
        description: 'Empty, or a copy of another of its outfits, or of an entity of `outfits`.',
        tags,
        params: EntityParams,
        body: OutfitAddBody,
        response: { 201: EntityWritten },
      },
    },
    async (request, reply) => {
      void reply.code(201);
      const wanted = { ...request.params, ...request.body, ...byOf(request) };
      return withEtag(reply, await call(editingRpc.outfitAdd, wanted));
    },
  );

  app.patch(
    `${at}/:outfit`,
    {
      config: writes,
      schema: {
        operationId: 'renameOutfit',
        summary: 'Rename an outfit of a character',
        tags,
        params: OutfitParams,
        body: OutfitRenameBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.outfitRename, { ...request.params, ...request.body, ...byOf(request) }),
      ),
  );

  app.delete(
    `${at}/:outfit`,
    {
      config: writes,
      schema: {
        operationId: 'deleteOutfit',
        summary: 'Delete an outfit of a character',
        description: 'Never the last one.',
        tags,
        params: OutfitParams,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(reply, await call(editingRpc.outfitDelete, { ...request.params, ...byOf(request) })),
  );

  app.post(
    `${at}/:outfit/save`,
    {
      config: writes,
      schema: {
        operationId: 'saveOutfit',
        summary: 'Make an entity of an outfit',
        description: 'A new one of `outfits`; the character keeps its own.',
        tags,
        params: OutfitParams,
        body: OutfitSaveBody.nullish(),
        response: { 201: EntityWritten },
      },
    },
    async (request, reply) => {
      void reply.code(201);
      const wanted = { ...request.params, ...request.body, ...byOf(request) };
      return withEtag(reply, await call(editingRpc.outfitSave, wanted));
    },
  );
}
