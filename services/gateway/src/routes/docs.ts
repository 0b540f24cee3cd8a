import Fastify from 'fastify';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Api } from '../http/context.ts';

const isPublic = 'the description of the API is that of a free program and holds no data';
const pack = promisify(gzip);
const unpack = promisify(gunzip);
const documentUrl = '/api/v1/openapi.json';
const scriptUrl = '/api/docs/scalar.js';

/** The reference as a page: a program of Scalar that is served from here, so that it works offline. */
const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GAZE API</title>
<link rel="icon" href="data:,">
</head>
<body>
<script id="api-reference" type="application/json" data-url="${documentUrl}" data-configuration="${escaped({
  url: documentUrl,
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
})}"></script>
<script src="${scriptUrl}"></script>
</body>
</html>
`;

function escaped(value: unknown): string {
  return JSON.stringify(value).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

export function docsRoutes(app: Api): void {
  let document: string | null = null;
  app.get(documentUrl, { config: { public: isPublic }, schema: { hide: true } }, (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document);
  });

  for (const url of ['/api/docs', '/api/docs/']) {
    app.get(url, { config: { public: isPublic }, schema: { hide: true } }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html),
    );
  }

  let script: Promise<Buffer> | null = null;
  app.get(scriptUrl, { config: { public: isPublic }, schema: { hide: true } }, async (request, reply) => {
    script ??= loadScript().catch((error: unknown) => {
      script = null;
      throw error;
    });
    void reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('vary', 'accept-encoding');
    const bytes = await script;
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
      return reply.send(await unpack(bytes));
    }
    return reply.header('content-encoding', 'gzip').send(bytes);
  });
}

/**
 * Scalar's plugin holds its program (five megabytes) as a string and gives it to nobody but its own route, so that
 * route is asked, once, by whoever opens the reference first. What is kept is the packed program.
 */
async function loadScript(): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const shelf = Fastify();
  await shelf.register(scalar, { routePrefix: '/docs', configuration: { url: documentUrl } });
  const answer = await shelf.inject('/docs/js/scalar.js');
  await shelf.close();
  return pack(answer.rawPayload);
}
