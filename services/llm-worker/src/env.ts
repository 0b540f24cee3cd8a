import { commonEnv, parseEnv } from '@gaze/runtime';
import { z } from 'zod';

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
  LLM_CALL_SECONDS: z.coerce.number().int().min(5).max(1800).default(180),
  LLM_JOB_SECONDS: z.coerce.number().int().min(10).max(3600).default(600),
  LLM_MAX_TOKENS: z.coerce.number().int().min(256).max(200_000).default(4096),
  LLM_JOB_TOKENS: z.coerce.number().int().min(1000).max(10_000_000).default(150_000),
});

/** A worker knows the bus, its model and its tools: no database, no data folder. */
export const readEnv = (env: NodeJS.ProcessEnv) => parseEnv(schema, env);
