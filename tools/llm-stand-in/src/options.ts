import type { ScriptedReply } from './script.ts';

/**
 * `helpful`: verifies tags once and fills the schema. `obedient`: does whatever any text tells it to, wherever that
 * text came from. `restless`: calls a tool whenever it may, for ever.
 */
export type Behaviour = 'helpful' | 'obedient' | 'restless';

export interface StandInOptions {
  /** 0 takes any free port; the default. */
  port?: number | undefined;
  host?: string | undefined;
  /** Where it is set, every request under /v1 must carry it. */
  apiKey?: string | undefined;
  models?: readonly string[] | undefined;
  behaviour?: Behaviour | undefined;
  /** Time before each answer. */
  thinkMs?: number | undefined;
  script?: readonly ScriptedReply[] | undefined;
}

export interface Settings {
  port: number;
  host: string;
  apiKey: string | null;
  models: readonly string[];
  thinkMs: number;
}

export function settingsOf(options: StandInOptions): Settings {
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    apiKey: options.apiKey ?? null,
    models: options.models ?? ['stand-in'],
    thinkMs: options.thinkMs ?? 0,
  };
}
