import { freemem, totalmem } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Host } from '../host.ts';
import { objectInfo } from '../nodes/object-info.ts';
import { serverFeatures } from '../socket/features.ts';
import type { JsonObject } from '../json.ts';
import { sendJson } from './replies.ts';

const gibibyte = 1024 ** 3;

export function discoveryRoutes(app: FastifyInstance, host: Host): void {
  const { table, files, settings } = host;

  app.get('/object_info', (_request, reply) =>
    sendJson(
      reply,
      Object.fromEntries([...table].map(([name, node]) => [name, objectInfo(node, settings.profile)])),
    ),
  );

  app.get<{ Params: { name: string } }>('/object_info/:name', (request, reply) => {
    const node = table.get(request.params.name);
    return sendJson(reply, node === undefined ? {} : { [node.name]: objectInfo(node, settings.profile) });
  });

  app.get('/models', (_request, reply) => sendJson(reply, files.folders()));

  app.get<{ Params: { folder: string } }>('/models/:folder', (request, reply) => {
    const { folder } = request.params;
    if (!files.folders().includes(folder)) return reply.code(404).send();
    return sendJson(reply, files.list(folder));
  });

  app.get('/embeddings', (_request, reply) =>
    sendJson(
      reply,
      files.list('embeddings').map((name) => name.replace(/\.[^./\\]+$/, '')),
    ),
  );

  app.get('/features', (_request, reply) => sendJson(reply, serverFeatures(settings)));

  app.get('/system_stats', (_request, reply) => sendJson(reply, systemStats(host)));
}

function systemStats({ settings }: Host): JsonObject {
  const isOld = settings.profile === 'OLD';
  const isWindows = settings.separators === 'windows';
  const os = isOld ? (isWindows ? 'nt' : 'posix') : isWindows ? 'win32' : 'linux';
  return {
    system: {
      os,
      ram_total: totalmem(),
      ram_free: freemem(),
      comfyui_version: isOld ? '0.3.64' : '0.38.0',
      python_version: '3.12.7 (stand-in)',
      pytorch_version: isOld ? '2.8.0+cu128' : '2.10.0+cu130',
      embedded_python: isWindows,
      argv: ['main.py'],
    },
    devices: [
      {
        name: `cuda:0 ${settings.name} : none`,
        type: 'cuda',
        index: 0,
        vram_total: 24 * gibibyte,
        vram_free: 20 * gibibyte,
        torch_vram_total: 0,
        torch_vram_free: 0,
      },
    ],
  };
}
