import type { JsonObject } from '../json.ts';
import type { NodeRun } from '../execution/node-run.ts';

export type LinkType =
  | 'MODEL'
  | 'CLIP'
  | 'VAE'
  | 'CONDITIONING'
  | 'LATENT'
  | 'IMAGE'
  | 'MASK'
  | 'UPSCALE_MODEL'
  | 'BBOX_DETECTOR'
  | 'SEGM_DETECTOR'
  | 'SAM_MODEL'
  | 'SEGS'
  | 'DETAILER_HOOK'
  | 'DETAILER_PIPE'
  | 'SCHEDULER_FUNC';
export type WidgetType = 'INT' | 'FLOAT' | 'STRING' | 'BOOLEAN';

export type InputSpec =
  | { kind: 'link'; type: LinkType; options: JsonObject }
  | {
      kind: 'widget';
      type: WidgetType;
      min?: number | bigint | undefined;
      max?: number | bigint | undefined;
      options: JsonObject;
    }
  /** `v3`: declared in the newer schema, `["COMBO", {options}]`, which OLD never checks. */
  | { kind: 'combo'; choices: () => string[]; v3: boolean; options: JsonObject };

/** A picture inside the graph: what it shows, not its pixels. */
export interface Picture {
  width: number;
  height: number;
  prompt: string;
  seed: number;
  /** Names of passes and models that leave a trace on the picture. */
  checkpoint: string;
  loras: readonly string[];
  refined: readonly string[];
  /** A file that LoadImage brought in. */
  file?: string;
}

export interface ModelValue {
  type: 'MODEL' | 'CLIP';
  checkpoint: string;
  loras: readonly string[];
}
export interface PicturesValue {
  type: 'LATENT' | 'IMAGE';
  pictures: readonly Picture[];
}
export type Value =
  | ModelValue
  | PicturesValue
  | { type: 'VAE'; name: string }
  | { type: 'CONDITIONING'; text: string }
  | { type: 'BBOX_DETECTOR' | 'SEGM_DETECTOR'; name: string }
  | { type: 'MASK' | 'UPSCALE_MODEL' | 'SAM_MODEL' | 'SEGS' | 'DETAILER_PIPE'; name: string };

export interface SavedImage {
  filename: string;
  subfolder: string;
  type: string;
  [extra: string]: unknown;
}

export interface NodeResult {
  /** By slot. */
  outputs: readonly Value[];
  ui?: { images: SavedImage[] };
}

export interface OutputSpec {
  type: LinkType;
  name: string;
  isList?: boolean;
}

export interface NodeClass {
  name: string;
  displayName: string;
  category: string;
  module: string;
  isOutput: boolean;
  required: Readonly<Record<string, InputSpec>>;
  optional: Readonly<Record<string, InputSpec>>;
  hidden: Readonly<Record<string, string>>;
  outputs: readonly OutputSpec[];
  /** The node's own check of some inputs; they are exempt from limits and lists. A text is what is wrong. */
  validate?: { inputs: readonly string[]; check: (input: string, value: unknown) => string | null };
  /** Enters the cache key beside the inputs. */
  fingerprint?: (inputs: JsonObject) => string;
  run: (run: NodeRun) => Promise<NodeResult> | NodeResult;
}
