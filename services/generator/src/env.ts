import { commonEnv, parseEnv } from '@gaze/runtime';
import { storeEnv } from '@gaze/media';
import { z } from 'zod';

/** A generator knows the bus and the object store: no database, no data folder. */
export const readEnv = (env: NodeJS.ProcessEnv) => parseEnv(z.object({ ...commonEnv, ...storeEnv }), env);
export type GeneratorEnv = ReturnType<typeof readEnv>;
