import { catalogRpc } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { createKey, listKeys, principalOfKey, regenerateKey, revokeKey } from './api-keys.ts';
import { closeSession, forgetExpiredSessions, openSession, principalOfSession } from './sessions.ts';

export interface Keys {
  start: () => void;
  stop: () => void;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const forgetEveryMs = 60 * 60_000;

/** Who may come in: API keys and the sessions of browsers. */
export function buildKeys(deps: { db: Db; log: Log }): Keys {
  const { db, log } = deps;
  let ticker: { stop: () => void } | null = null;
  return {
    start() {
      ticker = every(forgetEveryMs, () => forgetExpiredSessions(db), log);
    },
    stop: () => ticker?.stop(),
    serve: (nc) => [
      serveRpc(nc, catalogRpc.keysList, async () => ({ keys: await listKeys(db) }), { log }),
      serveRpc(nc, catalogRpc.keysCreate, ({ name, scopes }) => createKey(db, name, scopes), { log }),
      serveRpc(nc, catalogRpc.keysRegenerate, ({ name, scopes }) => regenerateKey(db, name, scopes), { log }),
      serveRpc(
        nc,
        catalogRpc.keysRevoke,
        async ({ id }) => {
          await revokeKey(db, id);
          return {};
        },
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.authKey,
        async ({ sha256 }) => ({ principal: await principalOfKey(db, sha256) }),
        { log },
      ),
      serveRpc(
        nc,
        catalogRpc.authSession,
        async ({ sha256 }) => ({ principal: await principalOfSession(db, sha256) }),
        { log },
      ),
      serveRpc(nc, catalogRpc.sessionOpen, async (opening) => ({ opened: await openSession(db, opening) }), {
        log,
      }),
      serveRpc(
        nc,
        catalogRpc.sessionClose,
        async ({ sha256 }) => {
          await closeSession(db, sha256);
          return {};
        },
        { log },
      ),
    ],
  };
}
