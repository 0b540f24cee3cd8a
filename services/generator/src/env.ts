import { commonEnv, parseEnv } from '@gaze/runtime';
import { storeEnv } from '@gaze/media';
import { z } from 'zod';
import { usualLimits } from './limits.ts';

const seconds = (usualMs: number) =>
  z.coerce
    .number()
    .min(1)
    .default(usualMs / 1000);

/** A generator knows the bus and the object store: no database, no data folder. */
export const readEnv = (env: NodeJS.ProcessEnv) =>
  parseEnv(
    z.object({
      ...commonEnv,
      ...storeEnv,
      /** A ComfyUI that answers nothing for this long is given up. */
      COMFYUI_SILENT_SECONDS: seconds(usualLimits.silentMs),
      /** A picture without a step for this long goes elsewhere, unless its model is known to load slowly. */
      COMFYUI_HANG_SECONDS: seconds(usualLimits.hangMs),
      /** For tests of faults alone, see `buildCrashPoints`. */
      GAZE_CRASH_FILE: z.string().optional(),
    }),
    env,
  );
export type GeneratorEnv = ReturnType<typeof readEnv>;
