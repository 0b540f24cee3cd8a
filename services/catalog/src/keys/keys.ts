import { catalogRpc, sessionsRpc } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { createKey, listKeys, principalOfKey, regenerateKey, revokeKey } from './api-keys.ts';
import {
  closeSession,
  closeSessions,
  forgetExpiredSessions,
  listSessions,
  openSession,
  passwordHash,
  principalOfSession,
  setPasswordHash,
} from './sessions.ts';

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
      serveRpc(nc, sessionsRpc.list, async ({ sha256 }) => ({ sessions: await listSessions(db, sha256) }), {
        log,
      }),
      serveRpc(nc, sessionsRpc.close, async (which) => ({ closed: await closeSessions(db, which) }), { log }),
      serveRpc(nc, sessionsRpc.password, async () => ({ hash: await passwordHash(db) }), { log }),
      serveRpc(
        nc,
        sessionsRpc.setPassword,
        async ({ hash }) => {
          await setPasswordHash(db, hash);
          return {};
        },
        { log },
      ),
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
