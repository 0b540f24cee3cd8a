import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The policy of every page. `scripts` are hashes of the inline scripts that a page of ours holds. */
export function contentPolicy(scripts: readonly string[] = []): string {
  return [
    "default-src 'self'",
    `script-src 'self'${scripts.map((hash) => ` '${hash}'`).join('')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export async function registerSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    // Set below, because pages add their hashes to it.
    contentSecurityPolicy: false,
    // GAZE is reached by plain HTTP at home; whoever puts TLS in front sends this header there.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  const policy = contentPolicy();
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('content-security-policy', policy);
    // Answers for one person; pictures, which may be kept, say so themselves.
    if (request.routeOptions.config.scope !== undefined) void reply.header('cache-control', 'no-store');
    void reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  });
}

/** What a browser heeds on documents alone. */
const ofDocuments = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'permissions-policy',
  'referrer-policy',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
];

/** A script or a style is no document: dozens of small files would weigh as much in headers as in code. */
export function withoutDocumentHeaders(reply: FastifyReply): void {
  for (const name of ofDocuments) void reply.removeHeader(name);
}
