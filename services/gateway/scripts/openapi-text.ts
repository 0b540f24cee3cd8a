import { diskStore } from '@gaze/media';
import { buildLog } from '@gaze/runtime';
import type { NatsConnection } from '@gaze/runtime';
import { fileURLToPath } from 'node:url';
import { buildGateway } from '../src/app.ts';

export const openApiFile = fileURLToPath(new URL('../openapi.json', import.meta.url));

/** The document as the routes say it now. Nothing is asked for it: no bus, no store, no port. */
export async function openApiText(): Promise<string> {
  const { app } = await buildGateway({
    config: {
      host: '127.0.0.1',
      port: 5782,
      local: true,
      webDir: '/nonexistent',
      origins: [],
      trustedProxies: [],
      requestsPerMinute: 1200,
    },
    nc: {} as NatsConnection,
    store: diskStore({ root: '/nonexistent' }),
    log: buildLog({ service: 'openapi', level: 'silent' }),
  });
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}
