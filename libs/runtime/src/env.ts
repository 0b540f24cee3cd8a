import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** Variables that every service reads. */
export const commonEnv = {
  NATS_URL: z.string().default('nats://127.0.0.1:4222'),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  /** Port of `/healthz`, `/readyz` and `/metrics`; 0 takes any free one, unset opens none. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  HEALTH_HOST: z.string().default('127.0.0.1'),
  /** Name of this replica: stable across restarts where somebody sets it, else made up. */
  SERVICE_INSTANCE: z
    .string()
    .regex(/^[a-zA-Z0-9_-]+$/, 'may hold letters, digits, - and _ only')
    .default(() => randomBytes(4).toString('hex')),
} as const;

/**
 * Reads the environment once into a frozen object. An empty variable counts as absent.
 * @throws Error that lists every bad variable, a line each
 */
export function parseEnv<T extends z.ZodType>(
  schema: T,
  env: Record<string, string | undefined>,
): Readonly<z.output<T>> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`These environment variables are not right:\n${lines.join('\n')}`);
}
