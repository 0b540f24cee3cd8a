import { z } from 'zod';
import type { StandInOptions } from './options.ts';

const whole = z.coerce.number().int().min(0);
const yesNo = z.stringbool();

/** Variables of the process, times in milliseconds. */
const Env = z.object({
  STANDIN_PORT: whole.max(65535).default(8188),
  STANDIN_HOST: z.string().default('127.0.0.1'),
  STANDIN_NAME: z.string().default('ComfyUI stand-in'),
  STANDIN_MODELS_DIR: z.string().optional(),
  STANDIN_OUTPUT_DIR: z.string().optional(),
  STANDIN_STEP_MS: whole.default(120),
  STANDIN_LOAD_MS: whole.default(2500),
  STANDIN_LORA_LOAD_MS: whole.default(300),
  STANDIN_PROFILE: z.enum(['OLD', 'NEW']).default('NEW'),
  STANDIN_SEPARATORS: z.enum(['linux', 'windows']).default('linux'),
  STANDIN_PREVIEW_METHOD: z.enum(['none', 'auto', 'latent2rgb', 'taesd']).default('auto'),
  STANDIN_PICTURES: z.enum(['drawn', 'plain']).default('drawn'),
  STANDIN_IMPACT: z.union([yesNo, z.literal('7').transform(() => 7 as const)]).default(true),
  STANDIN_SUBPACK: yesNo.default(true),
  STANDIN_HAND_MODEL: yesNo.default(true),
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
    port: values.STANDIN_PORT,
    host: values.STANDIN_HOST,
    name: values.STANDIN_NAME,
    modelsDir: values.STANDIN_MODELS_DIR,
    outputDir: values.STANDIN_OUTPUT_DIR,
    stepMs: values.STANDIN_STEP_MS,
    loadMs: values.STANDIN_LOAD_MS,
    loraLoadMs: values.STANDIN_LORA_LOAD_MS,
    profile: values.STANDIN_PROFILE,
    separators: values.STANDIN_SEPARATORS,
    previewMethod: values.STANDIN_PREVIEW_METHOD,
    pictures: values.STANDIN_PICTURES,
    packs: { impact: values.STANDIN_IMPACT, subpack: values.STANDIN_SUBPACK },
    handModel: values.STANDIN_HAND_MODEL,
  };
}
