import { z } from 'zod';
import { CategoryName } from './categories/declaration.ts';
import { WireError } from './errors.ts';
import { Lane } from './job.ts';
import { EntityData } from './recipe.ts';
import { rpc } from './rpc.ts';

// ── what is asked for ──

/** What is known of a model file without its weights: its name, and what its header says. All of it is data of strangers. */
export const ModelFileFacts = z.object({
  kind: z.enum(['lora', 'checkpoint']),
  /** As an entry names it, with `/`: `Illustrious/Looks/x.safetensors`. */
  name: z.string().max(500),
  /** Tags it was trained on, most frequent first. */
  training_tags: z
    .array(z.object({ tag: z.string().max(200), count: z.number() }))
    .max(200)
    .default([]),
  /** Words that switch it on. The result's triggers are chosen from these, the training tags and the notes. */
  triggers: z.array(z.string().max(200)).max(50).default([]),
  base_model: z.string().max(200).nullable().default(null),
  /** What its author says about it. */
  notes: z.string().max(8000).default(''),
});
export type ModelFileFacts = z.infer<typeof ModelFileFacts>;

/** Entries that a preset may name. */
const Choice = z.object({ id: z.string().max(500), name: z.string().max(200) });

/** One LLM job, as the ledger stores it and hands it out with `llmRpc.start`. */
export const LlmTask = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('regenerate_tags'),
    category: CategoryName,
    slug: z.string(),
    /** Content hash of `data`: the result applies to this revision and no other. */
    revision: z.string(),
    data: EntityData,
  }),
  z.object({
    kind: z.literal('create_entity'),
    category: CategoryName,
    description: z.string().max(8000),
    /** Given by the person: the model cannot change it. */
    name: z.string().max(200).optional(),
    /** For presets, and needed there: the entries that may be named, by category. */
    choices: z.partialRecord(CategoryName, z.array(Choice).max(500)).optional(),
    /** The person's word on it; absent: the model judges. */
    nsfw: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('bulk_create'),
    category: CategoryName,
    file: ModelFileFacts,
    overwrite: z.boolean().default(false),
    /** The entry that uses this file already; only with `overwrite`. */
    existing: z.object({ slug: z.string(), revision: z.string(), data: EntityData }).optional(),
  }),
]);
export type LlmTask = z.infer<typeof LlmTask>;
export type LlmTaskKind = LlmTask['kind'];

// ── what comes back ──

/** A field that the model set and may not set. It is not in the data. */
export const RefusedField = z.object({
  /** JSON pointer into the model's answer. */
  pointer: z.string(),
  /** The value, shortened. */
  value: z.string(),
  /** A sentence. */
  reason: z.string(),
});
export type RefusedField = z.infer<typeof RefusedField>;

export const LlmChange = z.object({
  pointer: z.string(),
  /** Absent: the key was not there. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type LlmChange = z.infer<typeof LlmChange>;

/** What became of the Danbooru tags in the answer. */
export const TagReport = z.object({
  /** False where no tag server answered: then nothing was replaced and nothing is known to be unknown. */
  checked: z.boolean(),
  /** Aliases and slips of the pen, put right. */
  replaced: z.array(z.object({ pointer: z.string(), from: z.string(), to: z.string() })),
  /** Left as they are, and marked: not in the tag list. */
  unknown: z.array(z.object({ pointer: z.string(), tag: z.string(), suggestions: z.array(z.string()) })),
});
export type TagReport = z.infer<typeof TagReport>;

const report = {
  refused: z.array(RefusedField),
  tag_report: TagReport,
  /** Sentences for the person. */
  notes: z.array(z.string()),
};

/**
 * The checked outcome of a task. It never holds an id of its own, a file name, a path or a LoRA name that the task did
 * not bring: those are the catalog's to set.
 */
export const LlmResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('regenerate_tags'),
    category: CategoryName,
    slug: z.string(),
    /** Of the data that the task brought. */
    revision: z.string(),
    /** The whole new `tags` object; keys that the category does not declare are kept from the old one. */
    tags: z.record(z.string(), z.unknown()),
    /** Against the task's data, pointers from its root (`/tags/outfit_type`). Empty: nothing to change. */
    changes: z.array(LlmChange),
    ...report,
  }),
  z.object({
    kind: z.literal('create_entity'),
    category: CategoryName,
    name: z.string(),
    /** Without id and LoRA name; with the name under the category's name field. */
    data: EntityData,
    ...report,
  }),
  z.object({
    kind: z.literal('bulk_create'),
    category: CategoryName,
    /** As in the task. */
    file: z.string(),
    name: z.string(),
    /** A new entry: without id and LoRA name. An overwrite: the existing data, ids and LoRA name and all, with the new values on it. */
    data: EntityData,
    /** Against the existing entry; empty for a new one. */
    changes: z.array(LlmChange),
    ...report,
  }),
]);
export type LlmResult = z.infer<typeof LlmResult>;

// ── how it went ──

export const LlmToolCall = z.object({
  id: z.string(),
  /** Null: no such tool, nothing was called. */
  server: z.string().nullable(),
  tool: z.string(),
  arguments: z.string(),
});

/** One message of the conversation. Texts are shortened; secrets are replaced before they get here. */
export const TranscriptMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  tool_calls: z.array(LlmToolCall).optional(),
  /** Of a tool's answer: the call that it belongs to, and how it went. */
  tool_call_id: z.string().optional(),
  outcome: z.enum(['ok', 'error', 'refused']).optional(),
  seconds: z.number().optional(),
  tokens: z.object({ prompt: z.number().int(), completion: z.number().int() }).optional(),
});
export type TranscriptMessage = z.infer<typeof TranscriptMessage>;

/** The record of one attempt, under 400 kB, without keys and passwords. */
export const LlmTranscript = z
  .object({
    v: z.literal(1),
    model: z.string(),
    /** Host of the provider, without path and credentials. */
    provider: z.string(),
    prompt_file: z.string(),
    started_at: z.string(),
    seconds: z.number(),
    messages: z.array(TranscriptMessage),
    /** Requests to the model, repairs included. */
    turns: z.number().int(),
    tokens: z.object({ prompt: z.number().int(), completion: z.number().int(), total: z.number().int() }),
    /** In the provider's currency, where it told. */
    cost: z.number().nullable(),
    /** Requests that were repeated. */
    retries: z.array(z.object({ reason: z.string(), wait_seconds: z.number() })),
    /** Faults that the model was asked to repair, a list per exchange. */
    repairs: z.array(z.array(z.string())),
    /** Something was cut to keep the record small. */
    truncated: z.boolean(),
  })
  .meta({ id: 'LlmTranscript' });
export type LlmTranscript = z.infer<typeof LlmTranscript>;

export const LlmProgress = z.object({
  phase: z.enum(['asking', 'tools', 'repairing', 'checking_tags']),
  /** Requests to the model so far, this one included. */
  turn: z.number().int(),
  max_turns: z.number().int(),
  /** Names of the tools that are being called. */
  tools: z.array(z.string()),
  tokens: z.number().int(),
});
export type LlmProgress = z.infer<typeof LlmProgress>;

// ── the queue ──

/** Stream `LLM_JOBS`, subject `gaze.jobs.llm.<lane>`, durable consumer `llm-<lane>`, both made by the catalog. */
export const llmConsumer = (lane: Lane): string => `llm-${lane}`;
/** Last part of the control subject on which every worker listens: `gaze.control.llm`. */
export const llmControlName = 'llm';

/** What workers hear there. */
export const LlmControlMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cancel'), job_id: z.string() }),
  /** The tool servers in Settings changed; `reconnect` names one to connect anew. */
  z.object({ type: z.literal('tool_servers'), reconnect: z.string().optional() }),
]);
export type LlmControlMessage = z.infer<typeof LlmControlMessage>;

export const LlmDispatchMessage = z.object({
  v: z.number().int(),
  job_id: z.string(),
  dispatch: z.number().int(),
  lane: Lane,
});
export type LlmDispatchMessage = z.infer<typeof LlmDispatchMessage>;

/**
 * `permanent`: the same task would fail again (a refused key, a refusal, an answer that cannot be repaired): the job
 * ends failed. `provider`: the model's server is away or overloaded: the job waits and is tried again, and the attempt
 * counts. `interrupted`: the worker stopped for a reason of its own: tried again, and the attempt does not count.
 */
export const LlmFailureClass = z.enum(['permanent', 'provider', 'interrupted']);
export type LlmFailureClass = z.infer<typeof LlmFailureClass>;

/** What one job may cost at most. */
export const LlmLimits = z.object({
  /** Of one request to the model. */
  call_seconds: z.number().int().min(5).max(1800),
  job_seconds: z.number().int().min(10).max(3600),
  /** Of one answer. */
  answer_tokens: z.number().int().min(256).max(200_000),
  /** Of all requests of a job together. */
  job_tokens: z.number().int().min(1000).max(10_000_000),
});
export type LlmLimits = z.infer<typeof LlmLimits>;
/** Those that somebody has chosen. */
export const LlmLimitChoice = LlmLimits.partial();
export type LlmLimitChoice = z.infer<typeof LlmLimitChoice>;

/** What holds where neither the environment nor Settings say otherwise. */
export const usualLlmLimits: LlmLimits = {
  call_seconds: 180,
  job_seconds: 600,
  answer_tokens: 4096,
  job_tokens: 150_000,
};

/** A provider that was chosen in Settings. Where the environment fixes one, the worker's own environment wins. */
export const LlmProviderSetting = z.object({
  base_url: z.string(),
  model: z.string(),
  /** Sealed with the shared key file (`seal` of the runtime); null: no key. */
  sealed_key: z.string().nullable(),
});
export type LlmProviderSetting = z.infer<typeof LlmProviderSetting>;

/** A tool server that was added in Settings: an address, never a command. */
export const McpServerSetting = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/i, 'may hold letters, digits and - only, 32 at most'),
  url: z.string().max(500),
});
export type McpServerSetting = z.infer<typeof McpServerSetting>;

/** A person's word on one tool, over what the tool says of itself. */
export const McpAllow = z.object({
  server: z.string().max(32),
  tool: z.string().max(128),
  allowed: z.boolean(),
});
export type McpAllow = z.infer<typeof McpAllow>;

export const McpSettings = z.object({
  servers: z.array(McpServerSetting),
  allow: z.array(McpAllow),
  /** Changes when they do. */
  mark: z.string(),
});
export type McpSettings = z.infer<typeof McpSettings>;

const Attempt = z.object({ job_id: z.string(), attempt: z.number().int() });

/**
 * The worker's questions to the ledger; the catalog answers them. Fenced as those of the generator are: `start` mints
 * an attempt for a dispatch, and every later word names it. Each may come twice, after a lost answer.
 */
export const llmRpc = {
  /**
   * Mints the attempt. A job that runs already gives way: its message came again because nobody vouched for it, so
   * the older attempt is lost and whatever it still brings is refused.
   */
  start: rpc(
    'llm.start',
    z.object({ job_id: z.string(), dispatch: z.number().int(), holder: z.string() }),
    z.discriminatedUnion('outcome', [
      z.object({
        outcome: z.literal('start'),
        attempt: z.number().int(),
        task: LlmTask,
        provider: LlmProviderSetting.nullable().default(null),
        /** Those of Settings; the worker's own environment wins. */
        limits: LlmLimitChoice.default({}),
      }),
      /** Nothing to do: the worker acks the message. */
      z.object({
        outcome: z.literal('refused'),
        reason: z.enum(['superseded', 'cancelled', 'finished', 'unknown']),
      }),
    ]),
  ),
  /** A few times per job, to show and to hear of a cancel. Not stored; losing one costs nothing. */
  progress: rpc(
    'llm.progress',
    Attempt.extend({ progress: LlmProgress }),
    z.object({ outcome: z.enum(['go', 'stale', 'cancelled']) }),
    2,
  ),
  /** Idempotent: the same attempt again is `already`; an older attempt, or a job that ended, is `refused`. */
  complete: rpc(
    'llm.complete',
    Attempt.extend({ result: LlmResult, transcript: LlmTranscript }),
    z.object({ outcome: z.enum(['accepted', 'already', 'refused']) }),
    10,
  ),
  /** A job that is `cancelling` ends cancelled, whatever the class. */
  fail: rpc(
    'llm.fail',
    Attempt.extend({
      class: LlmFailureClass,
      error: WireError,
      /** Null where the model was never asked. */
      transcript: LlmTranscript.nullable(),
      /** What the provider asked for; the job shall not be dispatched sooner. */
      retry_after_seconds: z.number().nullable(),
    }),
    z.object({ outcome: z.enum(['failed', 'waiting', 'cancelled', 'stale']) }),
    15,
  ),
  /** The worker stops: the job waits again at once, and the attempt does not count. */
  release: rpc('llm.release', Attempt.extend({ reason: z.string() }), z.object({ ok: z.boolean() })),
  /**
   * Every five seconds. Not on `gaze.heartbeat.*`: who beats there is given ComfyUI hosts. Silence of an attempt for
   * 20 s means that its worker is gone.
   */
  beat: rpc(
    'llm.beat',
    z.object({
      v: z.number().int(),
      replica: z.string(),
      attempts: z.array(Attempt),
      /** How its tool servers are, as a mark that changes when they do. */
      tools: z.string().max(200).optional(),
    }),
    z.object({
      /** Attempts that the ledger no longer counts: the worker drops them. */
      stale: z.array(Attempt),
      /** Jobs whose cancel is under way: the worker stops and says `fail`. */
      cancel: z.array(z.string()),
      /** A mark of the tool servers in Settings: another one than before means to ask for them. */
      tool_settings: z.string().optional(),
    }),
    4,
  ),
  /** The tool servers that were added in Settings, and what of all servers is allowed. */
  toolServers: rpc('llm.tool_servers', z.object({}), McpSettings),
} as const;

// ── what a worker tells of itself ──

export const McpServerStatus = z.object({
  name: z.string(),
  /** Address without credentials and query, or the command's name. */
  address: z.string(),
  state: z.enum(['connected', 'connecting', 'down']),
  /** Who added it. What the environment says is read-only in Settings; `built_in` is the project's own tag server. */
  origin: z.enum(['environment', 'settings', 'built_in']).default('environment'),
  /** The environment lists its tools (`tools` in MCP_SERVERS, or MCP_TOOLS): Settings cannot switch them. */
  tools_fixed: z.boolean().default(false),
  /** Why it is in that state, as a sentence. */
  reason: z.string(),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      /** Offered to the model. */
      allowed: z.boolean(),
      /** Why not, as a sentence; null where it is. */
      reason: z.string().nullable(),
    }),
  ),
});
export type McpServerStatus = z.infer<typeof McpServerStatus>;

export const LlmWorkerStatus = z
  .object({
    replica: z.string(),
    state: z.enum(['ready', 'not_configured']),
    /** As a sentence. */
    reason: z.string(),
    /** From the environment; null where it fixes none and Settings decide. */
    provider: z.object({ base_url: z.string(), model: z.string(), has_key: z.boolean() }).nullable(),
    servers: z.array(McpServerStatus),
    running: z.number().int(),
    slots: z.number().int(),
  })
  .meta({ id: 'LlmWorkerStatus' });
export type LlmWorkerStatus = z.infer<typeof LlmWorkerStatus>;

/** What a try of the model found, step by step; null: that step was not reached, or the server does not tell. */
export const LlmTestResult = z
  .object({
    ok: z.boolean(),
    /** A sentence. */
    message: z.string(),
    seconds: z.number(),
    /** The server's list, the first ones. */
    models: z.array(z.string()),
    reachable: z.boolean().nullable().default(null),
    model_known: z.boolean().nullable().default(null),
    answers: z.boolean().nullable().default(null),
    tool_calls: z.boolean().nullable().default(null),
  })
  .meta({ id: 'LlmTestResult' });
export type LlmTestResult = z.infer<typeof LlmTestResult>;

/** Questions that a worker answers: any one of them, all being alike. */
export const llmWorkerRpc = {
  status: rpc('llm.status', z.object({}), LlmWorkerStatus, 3),
  /** Asks the model for one word. Without a provider it is the environment's. The provider's answer is not echoed. */
  test: rpc(
    'llm.test',
    z.object({ provider: LlmProviderSetting.nullable().default(null) }),
    LlmTestResult,
    40,
  ),
} as const;
