import {
  CoverBody,
  DefaultsBody,
  EntityCard,
  EntityDetail,
  EntityParams,
  FavouriteBody,
  OutfitBody,
  PageState,
  catalogRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';

const tags = ['Entities'];
const at = '/api/v1/library/:category/:slug';

export function entityRoutes(app: Api, call: CatalogCall): void {
  app.get(
    at,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEntity',
        summary: 'One entity with its data, pictures and page state',
        description:
          'The ETag is the revision of its file. It says nothing about pictures and state, so this answer is never cached.',
        tags,
        params: EntityParams,
        response: { 200: EntityDetail },
      },
    },
    async ({ params }, reply) => {
      const entity = await call(catalogRpc.entityGet, params);
      void reply.header('etag', `"${entity.revision}"`);
      return entity;
    },
  );

  app.put(
    `${at}/favourite`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setEntityFavourite',
        summary: 'Mark an entity as favourite, or not',
        tags,
        params: EntityParams,
        body: FavouriteBody,
        response: { 200: EntityCard },
      },
    },
    ({ params, body }) => call(catalogRpc.entityFavourite, { ...params, ...body }),
  );

  app.put(
    `${at}/defaults`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setEntityDefaults',
        summary: 'Save which fields enter the prompt by default',
        tags,
        params: EntityParams,
        body: DefaultsBody,
        response: { 200: EntityCard },
      },
    },
    ({ params, body }) => call(catalogRpc.entityDefaults, { ...params, ...body }),
  );

  app.put(
    `${at}/outfit`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'wearOutfit',
        summary: 'Choose the outfit that a character wears',
        description: 'One of the names in the wardrobe of its file.',
        tags,
        params: EntityParams,
        body: OutfitBody,
        response: { 200: EntityCard },
      },
    },
    ({ params, body }) => call(catalogRpc.entityOutfit, { ...params, ...body }),
  );

  stateRoutes(app, call);
  coverRoutes(app, call);
}

function stateRoutes(app: Api, call: CatalogCall): void {
  app.get(
    `${at}/state`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEntityState',
        summary: 'What is remembered of an entity’s page',
        tags,
        params: EntityParams,
        response: { 200: PageState },
      },
    },
    async ({ params }) => (await call(catalogRpc.entityGet, params)).state,
  );

  app.put(
    `${at}/state`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setEntityState',
        summary: 'Remember the state of an entity’s page',
        description: 'Replaces what was remembered before.',
        tags,
        params: EntityParams,
        body: PageState,
        response: { 200: PageState },
      },
    },
    ({ params, body }) => call(catalogRpc.entityState, { ...params, state: body }),
  );
}

function coverRoutes(app: Api, call: CatalogCall): void {
  app.put(
    `${at}/cover`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'setEntityCover',
        summary: 'Choose a picture as cover',
        tags,
        params: EntityParams,
        body: CoverBody,
        response: { 200: EntityCard },
      },
    },
    ({ params, body }) => call(catalogRpc.entityCover, { ...params, ...body }),
  );

  app.delete(
    `${at}/cover`,
    {
      config: { scope: 'write' },
      schema: {
        operationId: 'clearEntityCover',
        summary: 'Take the cover away; the picture stays',
        tags,
        params: EntityParams,
        response: { 200: EntityCard },
      },
    },
    ({ params }) => call(catalogRpc.entityCover, { ...params, image_id: null }),
  );
}
