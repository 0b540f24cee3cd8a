import { storeEnv } from '@gaze/media';
import { commonEnv, parseEnv } from '@gaze/runtime';
import { z } from 'zod';

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
      /** ComfyUI's `loras` and `checkpoints` folders on this machine; unset: GAZE moves no model file. */
      LORA_ROOT: z.string().optional(),
      CHECKPOINT_ROOT: z.string().optional(),
      /** ComfyUI hosts, separated by commas. */
      COMFYUI_URLS: z.string().optional(),
      /** The original's name for the only host. */
      COMFYUI_URL: z.string().optional(),
    }),
    env,
  );
export type CatalogEnv = ReturnType<typeof readEnv>;

/** The hosts that the deployment fixes, in its order, each `url` or `name=url`. Empty: none is fixed. */
export function comfyUrlsOf(env: Pick<CatalogEnv, 'COMFYUI_URLS' | 'COMFYUI_URL'>): string[] {
  const all = [...(env.COMFYUI_URLS ?? '').split(','), env.COMFYUI_URL ?? ''].map((url) => url.trim());
  return [...new Set(all.filter((url) => url !== ''))];
}
