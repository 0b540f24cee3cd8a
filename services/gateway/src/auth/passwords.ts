import { sessionsRpc } from '@gaze/contracts';
import type { PasswordView } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';
import type { CatalogCall } from '../catalog.ts';
import type { GatewayConfig } from '../config.ts';
import { hashPassword, isPasswordOf } from './password.ts';

/** The password of the house: the one of the environment, else the one that was set in it. */
export interface Passwords {
  view: () => Promise<PasswordView>;
  /** Not local and no password: nobody can be let in. */
  isUnset: () => Promise<boolean>;
  /** @throws GazeError unavailable while the house is unset */
  checkIsSet: () => Promise<void>;
  /** Null: there is none that could be right. */
  check: (password: string) => Promise<boolean | null>;
  /** @throws GazeError conflict where the environment fixes it */
  set: (password: string) => Promise<void>;
}

/** Another gateway may have set it: what is not there is asked for again after this long. */
const rememberedMs = 3000;

export function buildPasswords(
  config: Pick<GatewayConfig, 'local' | 'password'>,
  call: CatalogCall,
  now: () => number = () => performance.now(),
): Passwords {
  const fixed = config.password === undefined ? null : hashPassword(config.password);
  // Awaited where it is used; an early failure must not end the process.
  fixed?.catch(() => undefined);
  let stored: { hash: string | null; until: number } | null = null;

  async function hash(): Promise<string | null> {
    if (fixed !== null) return fixed;
    if (stored !== null && stored.until > now()) return stored.hash;
    const known = (await call(sessionsRpc.password, {})).hash;
    stored = { hash: known, until: now() + rememberedMs };
    return known;
  }
  const isUnset = async (): Promise<boolean> => !config.local && (await hash()) === null;

  return {
    isUnset,
    async view() {
      const is_set = (await hash()) !== null;
      const origin = fixed !== null ? 'environment' : is_set ? 'settings' : null;
      // Whoever sits at the machine of a local start may read its database as well.
      return { is_set, origin, needs_current: is_set && !config.local };
    },
    async checkIsSet() {
      if (!(await isUnset())) return;
      throw new GazeError('unavailable', 'This GAZE has no password yet, so it serves nobody.', {
        hint: 'Open the link for setting one, which its log holds, or set GAZE_PASSWORD and start it again.',
      });
    },
    async check(password) {
      const known = await hash();
      return known === null ? null : isPasswordOf(known, password);
    },
    async set(password) {
      if (fixed !== null)
        throw new GazeError('conflict', 'The password is fixed by the environment.', {
          hint: 'Change GAZE_PASSWORD and start GAZE again.',
        });
      await call(sessionsRpc.setPassword, { hash: await hashPassword(password) });
      stored = null;
    },
  };
}
