import path from 'node:path';
import { LlmLimits } from '@gaze/contracts';
import { parseNamedHost } from '@gaze/domain';
import { storeEnv } from '@gaze/media';
import { commonEnv, parseEnv } from '@gaze/runtime';
import { z } from 'zod';
import type { FixedLlm } from './llm/settings/provider.ts';

const limit = (shape: z.ZodNumber) => z.coerce.number().pipe(shape).optional();

const hostList = z.string().refine((list) => whichIsNoHost(list) === undefined, {
  error: ({ input }) =>
    `holds «${whichIsNoHost(String(input)) ?? ''}», which is no http address; write it like http://127.0.0.1:8188 or Atelier=http://127.0.0.1:8188`,
});

const whichIsNoHost = (list: string): string | undefined =>
  list
    .split(',')
    .map((part) => part.trim())
    .find((part) => part !== '' && parseNamedHost(part) === null);

/** The catalog owns the database and the data folder, and knows the hosts that the deployment fixes. */
export const readEnv = (env: NodeJS.ProcessEnv) =>
  parseEnv(
    z.object({
      ...commonEnv,
      ...storeEnv,
      DATABASE_URL: z.url({
        protocol: /^postgres(ql)?$/,
        error: 'must be an address such as postgres://user:password@host:5432/gaze',
      }),
      DATA_DIR: z.string().default('data'),
      /** Copies of each stream of jobs: 3 in a cluster of three NATS servers. */
      NATS_STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
      /** ComfyUI's `loras` and `checkpoints` folders on this machine; unset: GAZE moves no model file. */
      LORA_ROOT: z.string().optional(),
      CHECKPOINT_ROOT: z.string().optional(),
      /** ComfyUI hosts, separated by commas. */
      COMFYUI_URLS: hostList.optional(),
      /** The original's name for the only host. */
      COMFYUI_URL: hostList.optional(),
      /** Shared with llm-worker; without it no key can be kept in Settings. */
      GAZE_KEY_FILE: z.string().optional(),
      /** Those of llm-worker, so that Settings can say what they fix. The key itself is not needed here. */
      LLM_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
      LLM_API_KEY: z
        .string()
        .optional()
        .transform((key) => key !== undefined),
      LLM_MODEL: z.string().optional(),
      LLM_CALL_SECONDS: limit(LlmLimits.shape.call_seconds),
      LLM_JOB_SECONDS: limit(LlmLimits.shape.job_seconds),
      LLM_MAX_TOKENS: limit(LlmLimits.shape.answer_tokens),
      LLM_JOB_TOKENS: limit(LlmLimits.shape.job_tokens),
      /** System prompts, for backups. */
      PROMPTS_DIR: z.string().default('prompts'),
      /** Folders that an import by the API may read from, separated as PATH is; unset: none. */
      IMPORT_ROOTS: z
        .string()
        .default('')
        .transform((list) => list.split(path.delimiter).filter((folder) => folder !== '')),
      /** A file that names a point at which a test wants this process to end. */
      GAZE_CRASH_FILE: z.string().optional(),
    }),
    env,
  );
export type CatalogEnv = ReturnType<typeof readEnv>;

/** The hosts that the deployment fixes, in its order, each `url` or `name=url`. Empty: none is fixed. */
export function comfyUrlsOf(env: Pick<CatalogEnv, 'COMFYUI_URLS' | 'COMFYUI_URL'>): string[] {
  const all = [...(env.COMFYUI_URLS ?? '').split(','), env.COMFYUI_URL ?? ''].map((url) => url.trim());
  return [...new Set(all.filter((url) => url !== ''))];
}

/** What the deployment says of the language model; an address without a model fixes nothing. */
export function fixedLlmOf(env: CatalogEnv): FixedLlm {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: hasKey } = env;
  const limits = {
    call_seconds: env.LLM_CALL_SECONDS,
    job_seconds: env.LLM_JOB_SECONDS,
    answer_tokens: env.LLM_MAX_TOKENS,
    job_tokens: env.LLM_JOB_TOKENS,
  };
  return {
    provider: baseUrl === undefined || model === undefined ? null : { baseUrl, model, hasKey },
    limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
  };
}
