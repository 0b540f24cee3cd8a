import type { Scope } from '@gaze/contracts';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Knock } from '../auth/guard.ts';
import type { Principal } from '../auth/principal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key or session must be allowed to do. Every route has this or `public`; a start without fails. */
    scope?: Scope;
    /** Why this address answers anybody. */
    public?: string;
    /** Kept from the original: unknown keys pass, errors carry `error`. */
    kept?: boolean;
    /** May answer 409: somebody else changed the same, or an address is taken. */
    conflicts?: boolean;
    /** Its body or query names things that may not be there. */
    names?: boolean;
    /** Answers anybody, and looks at a password. */
    signsIn?: boolean;
    /** Takes an Idempotency-Key. */
    idempotent?: boolean;
    /** Picture bytes, which have a budget of their own. */
    bytes?: boolean;
  }
  interface FastifyRequest {
    principal: Principal | null;
    /** What the guard looked at, for those that ask it again later. */
    knock: Knock | null;
  }
}

/** The instance that routes are written against: schemas are zod, and the handlers' types follow from them. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
