import { z } from 'zod';
import type { ReadyCheck } from '@gaze/runtime';
import type { Api } from '../http/context.ts';

const Alive = z.object({ status: z.literal('alive') });
const Readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  waiting: z.array(z.object({ part: z.string(), reason: z.string() })),
});

/** The same answers as on the health port, for deployments that publish this port alone. */
export function healthRoutes(app: Api, checks: Readonly<Record<string, ReadyCheck>>): void {
  app.get(
    '/healthz',
    {
      config: { public: 'says that the process lives, and nothing else', rateLimit: false },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the gateway lives',
        tags: ['Health'],
        response: { 200: Alive },
      },
    },
    () => ({ status: 'alive' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { public: 'says which part is waited for, and nothing else', rateLimit: false },
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether the gateway can work',
        tags: ['Health'],
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const waiting: z.infer<typeof Readiness>['waiting'] = [];
      for (const [part, check] of Object.entries(checks)) {
        const reason = await check();
        if (reason !== null) waiting.push({ part, reason });
      }
      const ready = waiting.length === 0;
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', waiting });
    },
  );
}
