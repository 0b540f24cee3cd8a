import { delimiter } from 'node:path';
import { commonEnv, parseEnv } from '@gaze/runtime';
import { z } from 'zod';

const schema = z.object({
  ...commonEnv,
  /** Unset: nobody asks over the bus, and MCP is all there is. */
  NATS_URL: z.string().optional(),
  /** Folders of lists, separated as in PATH; later ones count more. */
  TAGS_DIR: z
    .string()
    .default('data/tags')
    .transform((list) => list.split(delimiter).filter((folder) => folder !== '')),
  MCP_HOST: z.string().default('127.0.0.1'),
  /** Unset: the usual port, or any free one where that is taken. 0: any free one. */
  MCP_PORT: z.coerce.number().int().min(0).max(65535).optional(),
});

export const readEnv = (env: NodeJS.ProcessEnv) => parseEnv(schema, env);
