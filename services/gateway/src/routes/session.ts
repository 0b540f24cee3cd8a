import { LoginBody, SessionView, catalogRpc } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { buildAttempts } from '../auth/attempts.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import { readCookie, sessionCookie, sessionCookieName } from '../auth/cookie.ts';
import { buildPasswordCheck } from '../auth/password.ts';
import type { Principal } from '../auth/principal.ts';
import { hashOf, newSecret } from '../auth/secrets.ts';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import { checkIsSet } from '../auth/guard.ts';
import type { Api } from '../http/context.ts';

const tags = ['Session'];
const sessionDays = 30;
const freeTries = 5;

export function sessionRoutes(
  app: Api,
  call: CatalogCall,
  config: GatewayConfig,
  authenticator: Authenticator,
): void {
  app.get(
    '/api/v1/session',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getSession',
        summary: 'Who is asking, and what they may do',
        tags,
        response: { 200: SessionView },
      },
    },
    ({ principal }) => viewOf(principal, config),
  );

  const logIn = buildLogIn(call, config);
  app.post(
    '/api/v1/session',
    {
      config: { public: 'signing in is how one gets a session' },
      schema: {
        operationId: 'signIn',
        summary: 'Sign in with the password',
        description: 'Answers with a session cookie. A house that runs for one machine has no password.',
        tags,
        body: LoginBody,
        response: { 200: SessionView },
      },
    },
    async (request, reply) => {
      await logIn(request, reply, request.body.password);
      return viewOf({ id: '', name: 'session', scopes: ['admin'], by: 'session' }, config);
    },
  );

  app.delete(
    '/api/v1/session',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'signOut',
        summary: 'End this browser’s session',
        tags,
        response: { 204: z.undefined().meta({ description: 'The cookie counts no more.' }) },
      },
    },
    async (request, reply) => {
      const cookieName = sessionCookieName(config);
      const secret = readCookie(request.headers.cookie, cookieName);
      if (secret !== undefined) await call(catalogRpc.sessionClose, { sha256: hashOf(secret) });
      authenticator.forget();
      void reply.clearCookie(cookieName, { path: '/' }).code(204);
    },
  );
}

const viewOf = (principal: Principal | null, config: GatewayConfig): SessionView => {
  if (principal === null) throw new GazeError('unauthorized', 'You are not signed in.');
  return { name: principal.name, scopes: [...principal.scopes], by: principal.by, local: config.local };
};

function buildLogIn(call: CatalogCall, config: GatewayConfig) {
  const attempts = buildAttempts({ free: freeTries });
  const check = config.password === undefined ? null : buildPasswordCheck(config.password);
  return async (request: FastifyRequest, reply: FastifyReply, password: string): Promise<void> => {
    checkIsSet(config);
    if (check === null) {
      throw new GazeError('forbidden', 'This GAZE has no password: it runs for this machine alone.', {
        hint: 'Open the address that `npm start` printed.',
      });
    }
    const wait = attempts.waitSeconds(request.ip);
    if (wait > 0) {
      void reply.header('retry-after', String(wait));
      throw new GazeError('rate_limited', `Too many wrong passwords; try again in ${wait} s.`);
    }
    // Counted before it is checked, so that many guesses at once are not one guess.
    attempts.failed(request.ip);
    if (!(await check(password)))
      throw new GazeError('unauthorized', 'This is not the password.', {
        field: 'password',
        hint: 'Try again.',
      });
    attempts.succeeded(request.ip);
    await openSession(call, config, request, reply, { days: sessionDays });
  };
}

/** Makes a session and hands its secret to the browser. @returns false where the one-time token was used before */
export async function openSession(
  call: CatalogCall,
  config: GatewayConfig,
  request: FastifyRequest,
  reply: FastifyReply,
  options: { days: number; once?: string },
): Promise<boolean> {
  const secret = newSecret();
  const { opened } = await call(catalogRpc.sessionOpen, {
    sha256: hashOf(secret),
    days: options.days,
    user_agent: (request.headers['user-agent'] ?? '').slice(0, 300),
    ...(options.once === undefined ? {} : { once: options.once }),
  });
  if (opened)
    void reply.setCookie(
      sessionCookieName(config),
      secret,
      sessionCookie(options.days, request.protocol === 'https'),
    );
  return opened;
}
