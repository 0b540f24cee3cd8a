import { z } from 'zod';
import { rpc } from './rpc.ts';

/** A browser that is signed in. */
export const OpenSession = z
  .object({
    id: z.string(),
    /** As the browser names itself. */
    user_agent: z.string(),
    created_at: z.string(),
    last_used_at: z.string(),
    expires_at: z.string(),
    /** The one that asks. */
    is_this: z.boolean(),
  })
  .meta({ id: 'OpenSession' });
export type OpenSession = z.infer<typeof OpenSession>;
export const SessionsReply = z.object({ sessions: z.array(OpenSession) }).meta({ id: 'OpenSessions' });
export type SessionsReply = z.infer<typeof SessionsReply>;

/** How people sign in, and whether that can be changed here. */
export const PasswordView = z
  .object({
    is_set: z.boolean(),
    /** `environment`: fixed by GAZE_PASSWORD. */
    origin: z.enum(['environment', 'settings']).nullable(),
    /** Whether the one that counts now has to be given for a new one. */
    needs_current: z.boolean(),
  })
  .meta({ id: 'Password' });
export type PasswordView = z.infer<typeof PasswordView>;
export const PasswordBody = z
  .strictObject({
    current: z.string().min(1).max(1000).optional(),
    password: z.string().min(8, 'must have at least eight characters').max(1000),
  })
  .meta({ id: 'NewPassword' });
export type PasswordBody = z.infer<typeof PasswordBody>;

export const sessionsRpc = {
  list: rpc('sessions.list', z.object({ sha256: z.string().nullable() }), SessionsReply),
  /** One by its id; without one all but the asker's. */
  close: rpc(
    'sessions.close',
    z.object({ id: z.string().optional(), except: z.string().nullable().optional() }),
    z.object({ closed: z.number().int() }),
  ),
  /** The hash of the password that was set in Settings; null: none was. */
  password: rpc('sessions.password', z.object({}), z.object({ hash: z.string().nullable() })),
  setPassword: rpc('sessions.set_password', z.object({ hash: z.string() }), z.object({})),
} as const;
