import {
  BackupBody,
  BackupParams,
  BackupView,
  BackupsReply,
  DoctorQuerystring,
  DoctorReport,
  ImportBody,
  ImportReply,
  ImportRun,
  StorageView,
  backupKey,
  upkeepRpc,
} from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import { z } from 'zod';
import type { CatalogCall } from '../catalog.ts';
import type { Api } from '../http/context.ts';
import { parseRange } from '../media/range.ts';
import { sendBytes } from '../media/send-bytes.ts';

const tags = ['Upkeep'];

/** What lies where, backups, the doctor, and the import of the original: for those who keep the house. */
export function upkeepRoutes(app: Api, call: CatalogCall, store: ObjectStore): void {
  app.get(
    '/api/v1/storage',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getStorage',
        summary: 'Sizes, counts and free space',
        tags,
        response: { 200: StorageView },
      },
    },
    () => call(upkeepRpc.storage, {}),
  );

  app.get(
    '/api/v1/doctor',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'runDoctor',
        summary: 'Whether files, entries and pictures agree',
        description:
          'Looks and changes nothing. Repairs are made by `npm run doctor -- --repair` on the machine itself.',
        tags,
        querystring: DoctorQuerystring.strict(),
        response: { 200: DoctorReport },
      },
    },
    ({ query }) => call(upkeepRpc.doctor, query),
  );
  backupRoutes(app, call, store);
  importRoutes(app, call);
}

function backupRoutes(app: Api, call: CatalogCall, store: ObjectStore): void {
  const at = '/api/v1/backup';
  app.get(
    at,
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listBackups',
        summary: 'Backups that are kept here, newest first',
        tags,
        response: { 200: BackupsReply },
      },
    },
    () => call(upkeepRpc.backups, {}),
  );

  app.post(
    at,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'makeBackup',
        summary: 'Make a backup',
        description:
          'An archive of everything that GAZE knows: entries, history, favourites, settings, keys as hashes, marks of pictures, and on request the pictures. Secrets in it stay sealed. It is made in the background; the list says when it is ready.',
        tags,
        body: BackupBody,
        response: { 202: BackupView },
      },
    },
    async ({ body }, reply) => {
      const backup = await call(upkeepRpc.backupStart, body);
      void reply.code(202);
      return backup;
    },
  );

  app.get(
    `${at}/:id/download`,
    {
      config: { scope: 'admin', bytes: true },
      schema: {
        operationId: 'downloadBackup',
        summary: 'The archive of a backup',
        description: 'Takes Range, so that a download that broke off can go on.',
        tags,
        params: BackupParams,
        response: {
          200: archive('The archive.'),
          206: archive('The asked part of it.'),
          416: z.undefined().meta({ description: 'The range lies outside the archive.' }),
        },
      },
    },
    async (request, reply) => {
      const key = backupKey(request.params.id);
      const { bytes, etag } = await store.stat(key);
      void reply
        .type('application/zip')
        .header('etag', etag)
        .header('accept-ranges', 'bytes')
        .header('cache-control', 'private, no-store')
        .header('content-disposition', `attachment; filename="gaze-backup-${request.params.id}.zip"`);
      const ifRange = request.headers['if-range'];
      const range =
        ifRange === undefined || ifRange === etag ? parseRange(request.headers.range, bytes) : null;
      return sendBytes(reply, store, key, bytes, range, request.method === 'HEAD');
    },
  );

  app.delete(
    `${at}/:id`,
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'deleteBackup',
        summary: 'Delete a backup',
        tags,
        params: BackupParams,
        response: { 204: z.undefined().meta({ description: 'It is gone.' }) },
      },
    },
    async ({ params }, reply) => {
      await call(upkeepRpc.backupDelete, params);
      return reply.code(204).send();
    },
  );
}

function importRoutes(app: Api, call: CatalogCall): void {
  app.get(
    '/api/v1/import',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'getImport',
        summary: 'The newest import, and where imports may read',
        tags,
        response: { 200: ImportReply },
      },
    },
    () => call(upkeepRpc.importGet, {}),
  );

  app.post(
    '/api/v1/import',
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'startImport',
        summary: 'Take an installation of the Flask original over',
        description:
          'Reads a folder on the machine of GAZE, below the folders that IMPORT_ROOTS names. May be repeated: a second run changes nothing, and what was edited here since stays. Runs in the background; ask for the import to see how far it is. `dry_run` looks only.',
        tags,
        body: ImportBody,
        response: { 202: ImportRun },
      },
    },
    async ({ body }, reply) => {
      const run = await call(upkeepRpc.importStart, body);
      void reply.code(202);
      return run;
    },
  );
}

const archive = (description: string) => ({
  description,
  content: { 'application/zip': { schema: z.any().meta({ type: 'string', format: 'binary' }) } },
});
