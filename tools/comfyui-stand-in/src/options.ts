import type { Fault } from './faults/fault.ts';

/** Two generations of ComfyUI that are found in the field: 0.3.64 (autumn 2025) and 0.38 (autumn 2026). */
export type Profile = 'OLD' | 'NEW';
export type Separators = 'linux' | 'windows';
export type CacheMode = 'classic' | 'ram' | 'none';
export type PreviewMethod = 'none' | 'auto' | 'latent2rgb' | 'taesd';

/** `plain`: one flat colour, which costs next to nothing; for benchmarks and long fault runs. */
export type PictureStyle = 'drawn' | 'plain';

export interface Packs {
  /** Impact Pack; `true` is version 8. */
  impact?: boolean | 7 | 8 | undefined;
  /** Impact Subpack, which brings UltralyticsDetectorProvider. */
  subpack?: boolean | undefined;
}

export interface StandInOptions {
  /** 0 takes any free port; the default. */
  port?: number | undefined;
  host?: string | undefined;
  name?: string | undefined;
  /** Folder with checkpoints/, loras/, vae/, …; any file with a model's extension counts by its name. Default: a small made-up set. */
  modelsDir?: string | undefined;
  /** Default: a temporary folder that goes when the stand-in stops. */
  outputDir?: string | undefined;
  /** Duration of one sampler step. */
  stepMs?: number | undefined;
  /** Duration of loading a checkpoint that is not the one in memory. */
  loadMs?: number | undefined;
  loraLoadMs?: number | undefined;
  profile?: Profile | undefined;
  separators?: Separators | undefined;
  packs?: Packs | undefined;
  /** false hides every detector model with `hand` in its name. */
  handModel?: boolean | undefined;
  /** What the host would do without a word from the prompt (`--preview-method`). */
  previewMethod?: PreviewMethod | undefined;
  pictures?: PictureStyle | undefined;
  /** Default: `classic` for OLD, `ram` for NEW, as these versions have it. */
  cache?: CacheMode | undefined;
  /** Regions that a detector finds in every picture. */
  detections?: { faces?: number | undefined; hands?: number | undefined } | undefined;
  maxUploadMb?: number | undefined;
  /** The late end of an old socket silences a newer one with the same clientId. Default: on, as it is in both versions. */
  reconnectQuirk?: boolean | undefined;
  faults?: readonly Fault[] | undefined;
}

export interface Settings {
  port: number;
  host: string;
  name: string;
  stepMs: number;
  loadMs: number;
  loraLoadMs: number;
  profile: Profile;
  separators: Separators;
  impact: 7 | 8 | null;
  subpack: boolean;
  handModel: boolean;
  previewMethod: PreviewMethod;
  pictures: PictureStyle;
  cache: CacheMode;
  faces: number;
  hands: number;
  maxUploadBytes: number;
  reconnectQuirk: boolean;
}

/** Options with every default filled in. Timings are 0, so that a test that does not ask for time spends none. */
export function settingsOf(options: StandInOptions): Settings {
  const profile = options.profile ?? 'NEW';
  const impact = options.packs?.impact ?? 8;
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    name: options.name ?? 'ComfyUI stand-in',
    stepMs: options.stepMs ?? 0,
    loadMs: options.loadMs ?? 0,
    loraLoadMs: options.loraLoadMs ?? 0,
    profile,
    separators: options.separators ?? 'linux',
    impact: impact === false ? null : impact === true ? 8 : impact,
    subpack: options.packs?.subpack ?? true,
    handModel: options.handModel ?? true,
    previewMethod: options.previewMethod ?? 'none',
    pictures: options.pictures ?? 'drawn',
    cache: options.cache ?? (profile === 'OLD' ? 'classic' : 'ram'),
    faces: options.detections?.faces ?? 1,
    hands: options.detections?.hands ?? 1,
    maxUploadBytes: Math.round((options.maxUploadMb ?? 100) * 1024 * 1024),
    reconnectQuirk: options.reconnectQuirk ?? true,
  };
}
