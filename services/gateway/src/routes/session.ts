import {
  IdParams,
  LoginBody,
  PasswordBody,
  PasswordView,
  SessionView,
  SessionsReply,
  catalogRpc,
  sessionsRpc,
} from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { buildAttempts } from '../auth/attempts.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import { readCookie, sessionCookie, sessionCookieName } from '../auth/cookie.ts';
import type { Passwords } from '../auth/passwords.ts';
import type { Principal } from '../auth/principal.ts';
import { hashOf, newSecret } from '../auth/secrets.ts';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import type { Api } from '../http/context.ts';

const tags = ['Session'];
const sessionDays = 30;
const freeTries = 5;

export function sessionRoutes(
  app: Api,
  call: CatalogCall,
  config: GatewayConfig,
  auth: { authenticator: Authenticator; passwords: Passwords },
): void {
  const { authenticator, passwords } = auth;
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

  const tries = buildTries(passwords);
  const logIn = buildLogIn(call, config, { passwords, tries });
  app.post(
    '/api/v1/session',
    {
      config: { public: 'signing in is how one gets a session', signsIn: true },
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

  passwordRoutes(app, call, config, { ...auth, tries });
  browserRoutes(app, call, config, authenticator);
}

function passwordRoutes(
  app: Api,
  call: CatalogCall,
  config: GatewayConfig,
  { authenticator, passwords, tries }: { authenticator: Authenticator; passwords: Passwords; tries: Tries },
): void {
  app.get(
    '/api/v1/session/password',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'getPassword',
        summary: 'Whether there is a password, and where it is set',
        tags,
        response: { 200: PasswordView },
      },
    },
    () => passwords.view(),
  );

  app.put(
    '/api/v1/session/password',
    {
      config: { scope: 'admin', conflicts: true },
      schema: {
        operationId: 'changePassword',
        summary: 'Set or change the password',
        description:
          'Every other browser is signed out. One that GAZE_PASSWORD fixes cannot be changed here.',
        tags,
        body: PasswordBody,
        response: { 200: PasswordView },
      },
    },
    async (request, reply) => {
      const { needs_current } = await passwords.view();
      const { current, password } = request.body;
      if (needs_current) await tries(request, reply, current ?? '', 'current');
      await passwords.set(password);
      await call(sessionsRpc.close, { except: askerOf(request, config) });
      authenticator.forget();
      return passwords.view();
    },
  );
}

/** Hash of the asking browser's session; null for a key. */
function askerOf(request: FastifyRequest, config: GatewayConfig): string | null {
  if (request.principal?.by !== 'session') return null;
  const secret = readCookie(request.headers.cookie, sessionCookieName(config));
  return secret === undefined ? null : hashOf(secret);
}

function browserRoutes(
  app: Api,
  call: CatalogCall,
  config: GatewayConfig,
  authenticator: Authenticator,
): void {
  app.get(
    '/api/v1/sessions',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listSessions',
        summary: 'The browsers that are signed in, last used first',
        tags,
        response: { 200: SessionsReply },
      },
    },
    (request) => call(sessionsRpc.list, { sha256: askerOf(request, config) }),
  );

  app.delete(
    '/api/v1/sessions/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'endSession',
        summary: 'Sign one browser out',
        tags,
        params: IdParams,
        response: { 204: z.undefined().meta({ description: 'It is signed out.' }) },
      },
    },
    async ({ params }, reply) => {
      const { closed } = await call(sessionsRpc.close, { id: params.id });
      if (closed === 0)
        throw new GazeError('not_found', 'There is no such session any more.', { field: 'id' });
      authenticator.forget();
      void reply.code(204);
    },
  );

  app.delete(
    '/api/v1/sessions',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'endOtherSessions',
        summary: 'Sign every other browser out',
        tags,
        response: { 204: z.undefined().meta({ description: 'Only the asking browser is signed in now.' }) },
      },
    },
    async (request, reply) => {
      await call(sessionsRpc.close, { except: askerOf(request, config) });
      authenticator.forget();
      void reply.code(204);
    },
  );
}

const viewOf = (principal: Principal | null, config: GatewayConfig): SessionView => {
  if (principal === null) throw new GazeError('unauthorized', 'You are not signed in.');
  return { name: principal.name, scopes: [...principal.scopes], by: principal.by, local: config.local };
};

/** Wrong passwords of one sender are slowed down, wherever they are given. */
function buildTries(passwords: Passwords) {
  const attempts = buildAttempts({ free: freeTries });
  /** @throws GazeError unauthorized, rate_limited; forbidden where there is no password */
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    password: string,
    field: string,
  ): Promise<void> => {
    const wait = attempts.waitSeconds(request.ip);
    if (wait > 0) {
      void reply.header('retry-after', String(wait));
      throw new GazeError('rate_limited', `Too many wrong passwords; try again in ${wait} s.`);
    }
    // Counted before it is checked, so that many guesses at once are not one guess.
    attempts.failed(request.ip);
    const isRight = await passwords.check(password);
    if (isRight === false)
      throw new GazeError('unauthorized', 'This is not the password.', { field, hint: 'Try again.' });
    attempts.succeeded(request.ip);
    if (isRight === null)
      throw new GazeError('forbidden', 'This GAZE has no password: it runs for this machine alone.', {
        hint: 'Open the address that GAZE printed, or run npm run link for a fresh one.',
      });
  };
}
type Tries = ReturnType<typeof buildTries>;

function buildLogIn(
  call: CatalogCall,
  config: GatewayConfig,
  { passwords, tries }: { passwords: Passwords; tries: Tries },
) {
  return async (request: FastifyRequest, reply: FastifyReply, password: string): Promise<void> => {
    await passwords.checkIsSet();
    await tries(request, reply, password, 'password');
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
