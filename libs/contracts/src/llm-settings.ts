import { z } from 'zod';
import {
  LlmLimitChoice,
  LlmProviderSetting,
  McpAllow,
  McpServerSetting,
  McpServerStatus,
  McpSettings,
} from './llm.ts';
import { rpc } from './rpc.ts';

/** What stands at the address. It names it and offers the usual address; all of them speak the same protocol. */
export const LlmProviderKind = z.enum(['openrouter', 'ollama', 'lmstudio', 'openai']);
export type LlmProviderKind = z.infer<typeof LlmProviderKind>;

const limit = z.object({
  value: z.number().int(),
  /** `environment`: fixed by the deployment, and read-only. */
  origin: z.enum(['environment', 'settings', 'default']),
});

/** The language model in force, without its key. */
export const LlmProviderView = z
  .object({
    /** `environment`: LLM_BASE_URL and LLM_MODEL fix it, and Settings cannot change it. */
    origin: z.enum(['environment', 'settings', 'none']),
    kind: LlmProviderKind.nullable(),
    base_url: z.string().nullable(),
    model: z.string().nullable(),
    has_key: z.boolean(),
    limits: z.object({
      call_seconds: limit,
      job_seconds: limit,
      answer_tokens: limit,
      job_tokens: limit,
    }),
  })
  .meta({ id: 'LlmProvider' });
export type LlmProviderView = z.infer<typeof LlmProviderView>;

/** An http address without a name, a password, a query or a fragment: all of it is shown. */
export const PlainAddress = z
  .url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:11434/v1' })
  .max(500)
  .regex(/^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/i, {
    error: 'must hold no password, no query and no #: a key has its own field',
  });

const chosen = {
  kind: LlmProviderKind,
  base_url: PlainAddress,
  model: z.string().trim().min(1).max(200),
  /** Replaces the stored ones; a limit that is not named is the usual one. Absent: they stay. */
  limits: LlmLimitChoice.optional(),
};
const apiKey = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .regex(/^[\u0021-\u007e]+$/, 'must be plain text without spaces')
  .nullable()
  .optional();

export const LlmProviderBody = z
  .strictObject({
    ...chosen,
    /** Absent: the stored key stays, as long as the address leads to the same server. Null: there is none. */
    api_key: apiKey,
  })
  .meta({ id: 'LlmProviderChange' });
export type LlmProviderInput = z.input<typeof LlmProviderBody>;

/** What to try; absent: what is in force. */
export const LlmTestBody = z
  .strictObject({ base_url: PlainAddress, model: chosen.model, api_key: apiKey })
  .nullish()
  .meta({ id: 'LlmTest' });
export type LlmTestInput = z.input<typeof LlmTestBody>;

export const McpServersView = z
  .object({
    servers: z.array(McpServerStatus),
    allow: z.array(McpAllow),
    /** False: no worker answers, and what is listed is what Settings say. */
    live: z.boolean(),
  })
  .meta({ id: 'McpServers' });
export type McpServersView = z.infer<typeof McpServersView>;

export const McpServersBody = z
  .strictObject({
    /** Replaces the servers that were added in Settings. Those of the environment stay as they are. */
    servers: z
      .array(z.strictObject({ name: McpServerSetting.shape.name, url: PlainAddress }))
      .max(20)
      .refine((servers) => new Set(servers.map(({ name }) => name)).size === servers.length, {
        error: 'must name every server once',
      }),
    /** Absent: stays as it is. */
    allow: z.array(McpAllow).max(500).optional(),
  })
  .meta({ id: 'McpServersChange' });
export type McpServersInput = z.input<typeof McpServersBody>;

export const McpServerParams = z.object({ name: McpServerSetting.shape.name });

/** A key that only the holders of the key file can open; null: there is none. Absent: the stored one. */
const sealedKey = z.string().max(4000).nullable().optional();

/** Questions about the settings of the language model. The catalog answers them; no clear key crosses the bus. */
export const llmSettingsRpc = {
  /** The public half of the key with which a secret is sealed on its way to the store. */
  sealingKey: rpc('llm_settings.sealing_key', z.object({}), z.object({ public_key: z.string() })),
  provider: rpc('llm_settings.provider', z.object({}), LlmProviderView),
  setProvider: rpc(
    'llm_settings.set_provider',
    z.object({ ...chosen, sealed_key: sealedKey }),
    LlmProviderView,
  ),
  forgetProvider: rpc('llm_settings.forget_provider', z.object({}), LlmProviderView),
  /** What a worker is to try: the given address, with the stored key where it leads to the stored server. Null: what is in force. */
  candidate: rpc(
    'llm_settings.candidate',
    z.object({ base_url: PlainAddress, model: chosen.model, sealed_key: sealedKey }).nullable(),
    z.object({ provider: LlmProviderSetting.nullable() }),
  ),
  toolServers: rpc('llm_settings.tool_servers', z.object({}), McpSettings),
  setToolServers: rpc(
    'llm_settings.set_tool_servers',
    z.object({ servers: z.array(McpServerSetting).max(20), allow: z.array(McpAllow).max(500).optional() }),
    McpSettings,
  ),
  /** Every worker lets go of the server and connects anew. */
  reconnect: rpc('llm_settings.reconnect', z.object({ name: McpServerSetting.shape.name }), z.object({})),
} as const;
