import { storeEnv } from '@gaze/media';
import { commonEnv, parseEnv } from '@gaze/runtime';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { newSecret } from './auth/secrets.ts';
import type { GatewayConfig } from './config.ts';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

const Env = z.object({
  ...commonEnv,
  ...storeEnv,
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65535).default(5782),
  /** Set by `npm start` alone: the one-time link counts, and loopback is the only way in. */
  GAZE_LOCAL: z.stringbool().default(false),
  GAZE_LOCAL_TOKEN: z.string().min(16).optional(),
  /** Of the link under which the first password is set; made up where nobody names one. */
  GAZE_SETUP_TOKEN: z.string().min(16).optional(),
  GAZE_PASSWORD: z.string().min(8, 'must have at least eight characters').max(1000).optional(),
  WEB_DIR: z.string().default(fileURLToPath(new URL('../../../apps/web/build', import.meta.url))),
  /** Addresses of the app where they differ from its Host header, such as `https://gaze.example`. */
  GAZE_ORIGINS: list,
  /** Reverse proxies whose X-Forwarded headers are believed: addresses or ranges. */
  TRUSTED_PROXIES: list,
  REQUESTS_PER_MINUTE: z.coerce.number().int().min(10).default(1200),
});

export const readEnv = (env: NodeJS.ProcessEnv) => parseEnv(Env, env);

export const configOf = (env: ReturnType<typeof readEnv>): GatewayConfig => ({
  host: env.HOST,
  port: env.PORT,
  local: env.GAZE_LOCAL,
  localToken: env.GAZE_LOCAL_TOKEN,
  password: env.GAZE_PASSWORD,
  ...(env.GAZE_LOCAL || env.GAZE_PASSWORD !== undefined
    ? {}
    : { setupToken: env.GAZE_SETUP_TOKEN ?? newSecret() }),
  webDir: env.WEB_DIR,
  origins: env.GAZE_ORIGINS,
  trustedProxies: env.TRUSTED_PROXIES,
  requestsPerMinute: env.REQUESTS_PER_MINUTE,
});
