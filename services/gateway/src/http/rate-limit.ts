import rateLimit from '@fastify/rate-limit';
import { GazeError } from '@gaze/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface RateLimits {
  /** Requests per minute of one API key, and of one address without. */
  perKey: number;
  perSession: number;
  /** Pictures and thumbnails, which a gallery asks for by the hundred. */
  pictures: number;
}

export const rateLimits = (perKey: number, local: boolean): RateLimits => ({
  perKey: local ? perKey * 50 : perKey,
  perSession: perKey * 50,
  pictures: perKey * 100,
});

/** Counts per key or session, else per address, and says in the RateLimit headers how much is left. */
export async function registerRateLimit(app: FastifyInstance, limits: RateLimits): Promise<void> {
  await app.register(rateLimit, {
    timeWindow: 60_000,
    enableDraftSpec: true,
    max: (request: FastifyRequest) => {
      if (request.routeOptions.config.bytes === true) return limits.pictures;
      return request.principal?.by === 'session' ? limits.perSession : limits.perKey;
    },
    keyGenerator: (request: FastifyRequest) => {
      const group = request.routeOptions.config.bytes === true ? 'pictures' : 'api';
      return `${group} ${request.principal?.id ?? request.ip}`;
    },
    errorResponseBuilder: (_request, { ttl }) =>
      new GazeError(
        'rate_limited',
        `That was more than one sender may ask in a minute; go on in ${Math.ceil(ttl / 1000)} s.`,
      ),
  });
}
