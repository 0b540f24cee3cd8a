import { allows } from '@gaze/contracts';
import type { Scope } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { GatewayConfig } from '../config.ts';
import type { Authenticator } from './authenticate.ts';
import { sessionCookieName } from './cookie.ts';
import { readCredential } from './credentials.ts';
import { changesThings, isLoopbackAddress, isLoopbackHost, isOwnOrigin } from './origin.ts';
import type { Principal } from './principal.ts';

/** What the guard looks at; an HTTP request and a socket's upgrade both have it. */
export interface Knock {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  queryKey: unknown;
  /** Address of the sender. */
  ip: string;
}

export interface Guard {
  /** @throws GazeError where this house does not answer such a request at all, whoever sends it */
  checkDoor: (knock: Knock) => void;
  /** @throws GazeError unauthorized, forbidden, rate_limited or unavailable */
  admit: (knock: Knock, scope: Scope) => Promise<Principal>;
  /** The principal where there is one; for pages that answer anybody. Throws only where nobody can tell. */
  recognise: (knock: Knock) => Promise<Principal | null>;
  /** @throws GazeError forbidden for a change that a foreign page started */
  checkOrigin: (knock: Knock) => void;
}

const openToOthers = 'Set GAZE_PASSWORD and start it without GAZE_LOCAL to open it to others.';
/** Headers that a reverse proxy adds. Local mode trusts whoever reaches it, so nothing may stand in front of it. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'];

export function buildGuard(config: GatewayConfig, authenticator: Authenticator): Guard {
  const cookieName = sessionCookieName(config);
  const header = (knock: Knock, name: string): string | undefined => {
    const value = knock.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const credentialOf = (knock: Knock) =>
    readCredential({ headers: knock.headers, queryKey: knock.queryKey, cookieName });

  function checkDoor(knock: Knock): void {
    if (!config.local) return;
    if (!isLoopbackAddress(knock.ip)) {
      throw new GazeError('forbidden', 'GAZE runs for this machine alone.', { hint: openToOthers });
    }
    const host = header(knock, 'host');
    if (!isLoopbackHost(host, config.port)) {
      throw new GazeError(
        'forbidden',
        `GAZE runs for this machine alone and is not reached as «${host ?? ''}».`,
        {
          hint: `Open http://127.0.0.1:${config.port}. ${openToOthers}`,
        },
      );
    }
    if (proxyHeaders.some((name) => knock.headers[name] !== undefined)) {
      throw new GazeError(
        'forbidden',
        'GAZE runs for this machine alone and takes no requests through a proxy.',
        {
          hint: openToOthers,
        },
      );
    }
  }

  function checkOrigin(knock: Knock): void {
    const own = isOwnOrigin({
      origin: header(knock, 'origin'),
      fetchSite: header(knock, 'sec-fetch-site'),
      host: header(knock, 'host'),
      allowed: config.origins,
    });
    if (!own)
      throw new GazeError('forbidden', 'This request was started by a page that is not of this GAZE.', {
        hint: 'Behind a proxy that changes the Host header, name the address of the page in GAZE_ORIGINS.',
      });
  }

  return {
    checkDoor,
    checkOrigin,
    async admit(knock, scope) {
      const credential = credentialOf(knock);
      if (credential === null) throw notSignedIn(config);
      const principal = await authenticator.check(credential, knock.ip);
      if (principal === null) throw credential.by === 'key' ? wrongKey() : notSignedIn(config);
      // A key is shown by a program on purpose; a cookie comes along with whatever a browser sends.
      if (principal.by === 'session' && changesThings(knock.method)) checkOrigin(knock);
      if (!allows(principal.scopes, scope)) {
        throw new GazeError(
          'forbidden',
          `«${principal.name}» may ${principal.scopes.join(', ')}; this needs ${scope}.`,
        );
      }
      return principal;
    },
    async recognise(knock) {
      const credential = credentialOf(knock);
      return credential === null ? null : authenticator.check(credential, knock.ip);
    },
  };
}

function notSignedIn(config: GatewayConfig): GazeError {
  const signIn = config.local ? 'link' : 'password';
  const hint = config.local
    ? 'Open the address that GAZE printed at start, or a fresh one from npm run link; programs send an API key as X-API-Key.'
    : 'Sign in with the password, or send an API key as X-API-Key.';
  return new GazeError('unauthorized', 'You are not signed in.', { hint, details: { sign_in: signIn } });
}

const wrongKey = (): GazeError =>
  new GazeError('unauthorized', 'There is no such API key.', {
    hint: 'Make one in Settings or with `npm run keys`; a revoked key stays revoked.',
  });
