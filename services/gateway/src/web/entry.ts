import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Guard } from '../auth/guard.ts';
import { knockOf } from '../auth/register.ts';
import { isLinkToken } from '../auth/links.ts';
import { hashOf, sameSecret } from '../auth/secrets.ts';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import { openSession } from '../routes/session.ts';
import { notReadyPage, usedLinkPage, wrongLinkPage } from './pages.ts';

const sessionDays = 365;

interface Deps {
  call: CatalogCall;
  config: GatewayConfig;
  guard: Guard;
}

/**
 * Trades the one-time token of the printed address for a long-lived session, then leaves the token behind. A browser
 * that has its session already just goes on, so that an old bookmark of the link works.
 */
export async function enterByLink(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const refusal = await tradeToken(deps, request, reply, token).catch((error: unknown) => {
    request.log.warn({ err: error }, 'the one-time link could not be traded');
    return { status: 503, html: notReadyPage };
  });
  void reply.header('cache-control', 'no-store');
  if (refusal === null) return reply.redirect('/', 303);
  return reply.code(refusal.status).type('text/html; charset=utf-8').send(refusal.html);
}

async function tradeToken(
  { call, config, guard }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<{ status: number; html: string } | null> {
  if ((await guard.recognise(knockOf(request))) !== null) return null;
  const { localToken } = config;
  const counts =
    localToken !== undefined && (sameSecret(token, localToken) || isLinkToken(localToken, token, Date.now()));
  if (!counts) return { status: 403, html: wrongLinkPage };
  const opened = await openSession(call, config, request, reply, { days: sessionDays, once: hashOf(token) });
  return opened ? null : { status: 403, html: usedLinkPage };
}
