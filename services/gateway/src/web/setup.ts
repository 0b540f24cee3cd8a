import { every } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { buildAttempts } from '../auth/attempts.ts';
import type { Passwords } from '../auth/passwords.ts';
import { sameSecret } from '../auth/secrets.ts';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import { openSession } from '../routes/session.ts';
import { setupPage, setupPath, wrongSetupPage } from './pages.ts';

const isPublic = 'the link with its token is the only way to set the first password';
const sessionDays = 30;
const freeTries = 5;
const bodyBytes = 8 * 1024;
const askEveryMs = 500;

/**
 * Where the first password is set, by whoever reads the log. Its link counts as long as there is no password: a form
 * of plain HTML, so that no script has to run before anybody is known.
 */
export async function registerSetup(
  app: FastifyInstance,
  deps: { call: CatalogCall; config: GatewayConfig; passwords: Passwords },
): Promise<void> {
  const { call, config, passwords } = deps;
  const attempts = buildAttempts({ free: freeTries });
  const html = (reply: FastifyReply, status: number, text: string): FastifyReply =>
    reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);
  const counts = async (token: unknown): Promise<boolean> =>
    config.setupToken !== undefined &&
    typeof token === 'string' &&
    sameSecret(token, config.setupToken) &&
    (await passwords.isUnset());

  await app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: bodyBytes },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
    );
    const options = { config: { public: isPublic }, schema: { hide: true } } as const;

    scope.get(setupPath, options, async (request, reply) => {
      const { token } = request.query as { token?: unknown };
      if (attempts.waitSeconds(request.ip) > 0 || !(await counts(token))) {
        attempts.failed(request.ip);
        return html(reply, 403, wrongSetupPage);
      }
      return html(reply, 200, setupPage(String(token), null));
    });

    scope.post(setupPath, options, async (request, reply) => {
      const { token, password, again } = (request.body ?? {}) as Record<string, string | undefined>;
      if (attempts.waitSeconds(request.ip) > 0 || !(await counts(token))) {
        attempts.failed(request.ip);
        return html(reply, 403, wrongSetupPage);
      }
      const fault = faultOf(password ?? '', again ?? '');
      if (fault !== null) return html(reply, 422, setupPage(token ?? '', fault));
      await passwords.set(password ?? '');
      await openSession(call, config, request, reply, { days: sessionDays });
      return reply.redirect('/', 303);
    });
    await Promise.resolve();
  });
}

/** Says in the log, once and as soon as it can be told, where the first password is set; nothing where there is one. */
export function tellSetup(deps: { config: GatewayConfig; passwords: Passwords; log: Log }): {
  start: () => void;
  stop: () => void;
} {
  const { config, passwords, log } = deps;
  let ticker: { stop: () => void } | null = null;
  async function tell(): Promise<void> {
    const isUnset = await passwords.isUnset().catch(() => null);
    if (isUnset === null) return;
    ticker?.stop();
    const name = ['0.0.0.0', '::'].includes(config.host) ? '127.0.0.1' : config.host;
    if (isUnset)
      log.warn(
        `GAZE has no password yet, so nobody is let in. Set one at http://${name}:${config.port}${setupPath}?token=${config.setupToken ?? ''}`,
      );
  }
  return {
    start() {
      if (config.setupToken !== undefined) ticker = every(askEveryMs, tell, log);
    },
    stop: () => ticker?.stop(),
  };
}

function faultOf(password: string, again: string): string | null {
  if (password.length < 8) return 'A password has at least eight characters.';
  if (password.length > 1000) return 'A password has at most a thousand characters.';
  return password === again ? null : 'The two passwords differ. Write the same one twice.';
}
