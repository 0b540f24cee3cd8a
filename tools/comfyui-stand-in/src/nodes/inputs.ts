import type { JsonObject } from '../json.ts';
import type { InputSpec, LinkType } from './types.ts';

/** The largest side that ComfyUI allows. */
export const maxResolution = 16384;
const maxSeed = 2n ** 64n - 1n;

export const link = (type: LinkType): InputSpec => ({ kind: 'link', type, options: {} });

export function int(
  fallback: number,
  min: number | bigint,
  max: number | bigint,
  extra: JsonObject = {},
): InputSpec {
  return { kind: 'widget', type: 'INT', min, max, options: { default: fallback, min, max, ...extra } };
}

export function float(fallback: number, min: number, max: number, step = 0.01): InputSpec {
  return { kind: 'widget', type: 'FLOAT', min, max, options: { default: fallback, min, max, step } };
}

export const bool = (fallback: boolean): InputSpec => ({
  kind: 'widget',
  type: 'BOOLEAN',
  options: { default: fallback },
});

export const text = (options: JsonObject = {}): InputSpec => ({ kind: 'widget', type: 'STRING', options });

export function combo(choices: () => readonly string[], options: JsonObject = {}): InputSpec {
  return { kind: 'combo', choices: () => [...choices()], v3: false, options };
}

export function newCombo(choices: () => readonly string[]): InputSpec {
  return { kind: 'combo', choices: () => [...choices()], v3: true, options: {} };
}

export const seed = (): InputSpec => int(0, 0, maxSeed, { control_after_generate: true });
