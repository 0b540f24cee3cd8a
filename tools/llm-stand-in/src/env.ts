import { z } from 'zod';
import type { StandInOptions } from './options.ts';

const Env = z.object({
  LLM_STANDIN_PORT: z.coerce.number().int().min(0).max(65535).default(8199),
  LLM_STANDIN_HOST: z.string().default('127.0.0.1'),
  LLM_STANDIN_API_KEY: z.string().optional(),
  /** Names of models, separated by commas. */
  LLM_STANDIN_MODELS: z.string().default('stand-in'),
  /** Milliseconds before each answer. */
  LLM_STANDIN_THINK_MS: z.coerce.number().int().min(0).default(600),
  LLM_STANDIN_BEHAVIOUR: z.enum(['helpful', 'obedient', 'restless']).default('helpful'),
});

/**
 * Options from the environment; an empty variable counts as absent.
 * @throws Error that lists every bad variable, a line each
 */
export function optionsFromEnv(env: Record<string, string | undefined>): StandInOptions & { port: number } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Env.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`These environment variables are not right:\n${lines.join('\n')}`);
  }
  const values = parsed.data;
  return {
    port: values.LLM_STANDIN_PORT,
    host: values.LLM_STANDIN_HOST,
    apiKey: values.LLM_STANDIN_API_KEY,
    models: values.LLM_STANDIN_MODELS.split(',').map((name) => name.trim()),
    thinkMs: values.LLM_STANDIN_THINK_MS,
    behaviour: values.LLM_STANDIN_BEHAVIOUR,
  };
}
