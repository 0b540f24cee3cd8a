import { createHash } from 'node:crypto';
import type { HostCapabilities } from '@gaze/contracts';
import { z } from 'zod';

const ClassInfo = z.looseObject({
  input: z
    .looseObject({
      required: z.record(z.string(), z.unknown()).nullish(),
      optional: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

/** Classes without which a part of the usual workflow is dropped, and what that costs. */
export const usefulClasses = ['FaceDetailer', 'UltralyticsDetectorProvider'] as const;

/**
 * Reads what a host can do out of its `/object_info`.
 *
 * Lists of choices come in two shapes, `[[choices], options]` and `["COMBO", {options}]`; both are read.
 * Names stay in the host's own spelling, separators included.
 */
export function readCapabilities(hostName: string, objectInfo: unknown): HostCapabilities {
  const classes = z.record(z.string(), z.unknown()).catch({}).parse(objectInfo);
  const choices = (className: string, input: string): string[] => {
    const info = ClassInfo.safeParse(classes[className]);
    if (!info.success) return [];
    return combo(info.data.input?.required?.[input] ?? info.data.input?.optional?.[input]);
  };
  return {
    host_name: hostName,
    classes: Object.keys(classes),
    // Models without their text encoder and VAE count too: a template with a loader of its own takes them.
    checkpoints: [...choices('CheckpointLoaderSimple', 'ckpt_name'), ...choices('UNETLoader', 'unet_name')],
    loras: choices('LoraLoader', 'lora_name'),
    vaes: choices('VAELoader', 'vae_name'),
    samplers: choices('KSampler', 'sampler_name'),
    schedulers: choices('KSampler', 'scheduler'),
    detailer_schedulers: choices('FaceDetailer', 'scheduler'),
    bbox_models: choices('UltralyticsDetectorProvider', 'model_name'),
  };
}

function combo(declaration: unknown): string[] {
  if (!Array.isArray(declaration)) return [];
  const [kind, options] = declaration as unknown[];
  const list = Array.isArray(kind)
    ? kind
    : z
        .looseObject({ options: z.array(z.unknown()).default([]) })
        .catch({ options: [] })
        .parse(options).options;
  return list.filter((item): item is string => typeof item === 'string');
}

export interface InventoryFile {
  kind: 'checkpoint' | 'lora' | 'vae' | 'sampler' | 'scheduler' | 'class' | 'bbox';
  name: string;
}

/** Everything of the capabilities as one flat list, and its fingerprint: equal lists, equal fingerprint. */
export function inventoryOf(capabilities: HostCapabilities): { files: InventoryFile[]; fingerprint: string } {
  const of = (kind: InventoryFile['kind'], names: readonly string[]): InventoryFile[] =>
    names.map((name) => ({ kind, name }));
  const files = [
    ...of('checkpoint', capabilities.checkpoints),
    ...of('lora', capabilities.loras),
    ...of('vae', capabilities.vaes),
    ...of('sampler', capabilities.samplers),
    ...of('scheduler', capabilities.schedulers),
    ...of('bbox', capabilities.bbox_models),
    ...of('class', capabilities.classes),
  ];
  const fingerprint = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 32);
  return { files, fingerprint };
}
