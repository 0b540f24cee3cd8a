import {
  CloneBody,
  CreateBody,
  DataBody,
  DataPatchBody,
  DeleteQuerystring,
  DeletedReply,
  EditHeaders,
  EntityCard,
  EntityParams,
  EntityText,
  EntityTransferred,
  EntityWritten,
  GuardHeaders,
  LibraryParams,
  NsfwBody,
  RenameBody,
  TextBody,
  TransferBody,
  editingRpc,
} from '@gaze/contracts';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { byOf, ifMatchOf, withEtag } from '../http/if-match.ts';

const tags = ['Editing'];
const at = '/api/v1/library/:category/:slug';
/** Data of one entity, and a little for what is around it. */
const dataBytes = 1024 * 1024;
const writes = { scope: 'write', conflicts: true } as const;

/** Making, changing and taking away entities: all of it changes their files. */
export function editingRoutes(app: Api, call: CatalogCall): void {
  saveRoutes(app, call);
  lifeRoutes(app, call);
}

function saveRoutes(app: Api, call: CatalogCall): void {
  app.put(
    `${at}/data`,
    {
      bodyLimit: dataBytes,
      config: writes,
      schema: {
        operationId: 'saveEntity',
        summary: 'Save the data of an entity',
        description:
          'The whole new data. Only fields that differ are written; the rest of the file keeps its bytes.',
        tags,
        params: EntityParams,
        headers: EditHeaders,
        body: DataBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.entityEdit, {
          ...request.params,
          ...byOf(request),
          ...ifMatchOf(request, 'needed'),
          change: { type: 'data', data: request.body.data },
        }),
      ),
  );

  app.patch(
    `${at}/data`,
    {
      bodyLimit: dataBytes,
      config: writes,
      schema: {
        operationId: 'patchEntity',
        summary: 'Change some fields of an entity',
        tags,
        params: EntityParams,
        headers: EditHeaders,
        body: DataPatchBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.entityEdit, {
          ...request.params,
          ...byOf(request),
          ...ifMatchOf(request, 'needed'),
          change: { type: 'patch', patch: request.body.patch },
        }),
      ),
  );

  app.get(
    `${at}/text`,
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getEntityText',
        summary: 'The file of an entity as text',
        description: 'Also of a file with a fault, which `problem` names with its place.',
        tags,
        params: EntityParams,
        response: { 200: EntityText },
      },
    },
    async ({ params }, reply) => {
      const text = await call(editingRpc.entityText, params);
      void reply.header('etag', `"${text.revision}"`);
      return text;
    },
  );

  app.put(
    `${at}/text`,
    {
      bodyLimit: dataBytes,
      config: writes,
      schema: {
        operationId: 'saveEntityText',
        summary: 'Save the file of an entity as text',
        description:
          'A fault is a 422 with kind, line, column and pointer in `details`; nothing is written then.',
        tags,
        params: EntityParams,
        headers: EditHeaders,
        body: TextBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.entityEdit, {
          ...request.params,
          ...byOf(request),
          ...ifMatchOf(request, 'needed'),
          change: { type: 'text', text: request.body.text },
        }),
      ),
  );

  app.put(
    `${at}/nsfw`,
    {
      config: writes,
      schema: {
        operationId: 'setEntityNsfw',
        summary: 'Mark an entity as NSFW, or not',
        description: 'Written into its file as `tags.nsfw`.',
        tags,
        params: EntityParams,
        body: NsfwBody,
        response: { 200: EntityCard },
      },
    },
    (request) => call(editingRpc.entityNsfw, { ...request.params, ...request.body, ...byOf(request) }),
  );
}

function lifeRoutes(app: Api, call: CatalogCall): void {
  app.post(
    '/api/v1/library/:category',
    {
      bodyLimit: dataBytes,
      config: writes,
      schema: {
        operationId: 'createEntity',
        summary: 'Make a new entity',
        description: 'Blank with every field of its category, or from data, or from the text of a file.',
        tags,
        params: LibraryParams,
        body: CreateBody,
        response: { 201: EntityWritten },
      },
    },
    async (request, reply) => {
      const wanted = { ...request.params, ...request.body, ...byOf(request) };
      const written = await call(editingRpc.entityCreate, wanted);
      void reply.code(201).header('location', `/api/v1/library/${wanted.category}/${written.entity.slug}`);
      return withEtag(reply, written);
    },
  );

  app.post(
    `${at}/clone`,
    {
      config: writes,
      schema: {
        operationId: 'cloneEntity',
        summary: 'Copy an entity',
        description:
          'Under the next free id unless one is given. Favourite, cover and defaults are not copied.',
        tags,
        params: EntityParams,
        body: CloneBody.nullish(),
        response: { 201: EntityWritten },
      },
    },
    async (request, reply) => {
      void reply.code(201);
      const wanted = { ...request.params, ...request.body, ...byOf(request) };
      return withEtag(reply, await call(editingRpc.entityClone, wanted));
    },
  );

  app.post(
    `${at}/rename`,
    {
      config: writes,
      schema: {
        operationId: 'renameEntity',
        summary: 'Give an entity another id',
        description:
          'Its file, address, pictures, history and state come along; looks and presets that name it follow.',
        tags,
        params: EntityParams,
        headers: GuardHeaders,
        body: RenameBody,
        response: { 200: EntityWritten },
      },
    },
    async (request, reply) =>
      withEtag(
        reply,
        await call(editingRpc.entityRename, {
          ...request.params,
          ...request.body,
          ...ifMatchOf(request, 'optional'),
          ...byOf(request),
        }),
      ),
  );

  app.post(
    `${at}/transfer`,
    {
      config: writes,
      schema: {
        operationId: 'transferEntity',
        summary: 'Make an entity of another category out of one',
        description:
          'What has a place there is carried over; `left_out` names the rest. The source is kept or goes into the trash.',
        tags,
        params: EntityParams,
        body: TransferBody,
        response: { 201: EntityTransferred },
      },
    },
    async (request, reply) => {
      void reply.code(201);
      const wanted = { ...request.params, ...request.body, ...byOf(request) };
      return withEtag(reply, await call(editingRpc.entityTransfer, wanted));
    },
  );

  app.delete(
    at,
    {
      config: writes,
      schema: {
        operationId: 'deleteEntity',
        summary: 'Put an entity into the trash',
        description:
          'With `hard=on` its .safetensors goes along, into the trash of its folder; where that cannot be, nothing is deleted.',
        tags,
        params: EntityParams,
        headers: GuardHeaders,
        querystring: DeleteQuerystring.strict(),
        response: { 200: DeletedReply },
      },
    },
    (request) =>
      call(editingRpc.entityDelete, {
        ...request.params,
        ...request.query,
        ...ifMatchOf(request, 'optional'),
        ...byOf(request),
      }),
  );
}
