import { LlmLimits } from '@gaze/contracts';
import type { LlmLimitChoice } from '@gaze/contracts';
import { commonEnv, parseEnv } from '@gaze/runtime';
import { z } from 'zod';

const limit = (shape: z.ZodNumber) => z.coerce.number().pipe(shape).optional();

const schema = z.object({
  ...commonEnv,
  /** An OpenAI-compatible address: OpenRouter, Ollama (`http://127.0.0.1:11434/v1`), LM Studio … Unset: Settings decide. */
  LLM_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  LLM_API_KEY: z.string().optional(),
  LLM_MODEL: z.string().optional(),
  /** `name=url,…` or JSON; see mcp/config.ts. */
  MCP_SERVERS: z.string().optional(),
  /** `server:tool,server:*`: further tools that the model may call. */
  MCP_TOOLS: z.string().optional(),
  /** The project's own tag server, where MCP_SERVERS names no other called `danbooru`. */
  DANBOORU_MCP_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:5783/mcp'),
  PROMPTS_DIR: z.string().default('prompts'),
  GAZE_KEY_FILE: z.string().optional(),
  /** Jobs side by side. */
  LLM_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** What a job may cost. Unset: Settings decide. */
  LLM_CALL_SECONDS: limit(LlmLimits.shape.call_seconds),
  LLM_JOB_SECONDS: limit(LlmLimits.shape.job_seconds),
  LLM_MAX_TOKENS: limit(LlmLimits.shape.answer_tokens),
  LLM_JOB_TOKENS: limit(LlmLimits.shape.job_tokens),
});

/** A worker knows the bus, its model and its tools: no database, no data folder. */
export const readEnv = (env: NodeJS.ProcessEnv) => parseEnv(schema, env);

/** The limits that the environment fixes. */
export function fixedLimitsOf(env: ReturnType<typeof readEnv>): LlmLimitChoice {
  const limits = {
    call_seconds: env.LLM_CALL_SECONDS,
    job_seconds: env.LLM_JOB_SECONDS,
    answer_tokens: env.LLM_MAX_TOKENS,
    job_tokens: env.LLM_JOB_TOKENS,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
