import { catalogRpc } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { CatalogCall } from '../catalog.ts';
import { buildAttempts } from './attempts.ts';
import type { Credential } from './credentials.ts';
import type { Principal } from './principal.ts';
import { hashOf } from './secrets.ts';

export interface Authenticator {
  /**
   * @returns null where the credential is unknown
   * @throws GazeError rate_limited for a sender that keeps presenting unknown ones, unavailable while nobody can tell
   */
  check: (credential: Credential, sender: string) => Promise<Principal | null>;
  /** Forgets what was learned, because a key or a session just ended. */
  forget: () => void;
}

/** A gallery asks for a hundred thumbnails at once; the catalog is asked for their one session every few seconds. */
const trustedMs = 3000;
const remembered = 5000;
const freeGuesses = 20;
const longestSecret = 200;

export function buildAuthenticator(
  call: CatalogCall,
  now: () => number = () => performance.now(),
): Authenticator {
  const known = new Map<string, { principal: Promise<Principal | null>; until: number }>();
  /** Credentials that were right before: a sender's wrong guesses do not lock them out. */
  const proven = new Set<string>();
  const guesses = buildAttempts({ free: freeGuesses, now });

  async function ask(credential: Credential, sha256: string): Promise<Principal | null> {
    const contract = credential.by === 'key' ? catalogRpc.authKey : catalogRpc.authSession;
    const { principal } = await call(contract, { sha256 });
    return principal === null
      ? null
      : { ...principal, id: `${credential.by}:${principal.id}`, by: credential.by };
  }

  function lookUp(credential: Credential, id: string, sha256: string): Promise<Principal | null> {
    const remembersIt = known.get(id);
    if (remembersIt !== undefined && remembersIt.until > now()) return remembersIt.principal;
    const principal = ask(credential, sha256);
    if (known.size >= remembered) known.clear();
    known.set(id, { principal, until: now() + trustedMs });
    // Only a good answer is worth keeping.
    principal.then(
      (found) => found ?? known.delete(id),
      () => known.delete(id),
    );
    return principal;
  }

  return {
    async check(credential, sender) {
      if (credential.secret === '' || credential.secret.length > longestSecret) return null;
      const sha256 = hashOf(credential.secret);
      const id = `${credential.by}:${sha256}`;
      const wait = proven.has(id) ? 0 : guesses.waitSeconds(sender);
      if (wait > 0)
        throw new GazeError(
          'rate_limited',
          `Too many unknown keys came from this address; go on in ${wait} s.`,
          { details: { retry_after: wait } },
        );
      const principal = await lookUp(credential, id, sha256);
      if (principal === null) {
        proven.delete(id);
        guesses.failed(sender);
        return null;
      }
      if (proven.size >= remembered) proven.clear();
      proven.add(id);
      return principal;
    },
    forget() {
      known.clear();
      proven.clear();
    },
  };
}
