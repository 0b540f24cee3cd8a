import type { HostCapabilities, Workflow } from '@gaze/contracts';

/**
 * What ComfyUI checks before it takes a workflow, for the nodes that GAZE wires: installed classes, required inputs,
 * types of links, kinds and bounds of values, membership in lists. Stricter than the real one in one point: inputs
 * that a node does not declare are faults here, though ComfyUI only ignores them.
 */
export function comfyFaults(workflow: Workflow, host: HostCapabilities): string[] {
  const faults: string[] = [];
  for (const [id, node] of Object.entries(workflow)) {
    const declared = declarationOf(node.class_type, host);
    if (declared === undefined || !host.classes.includes(node.class_type)) {
      faults.push(`${id}: class ${node.class_type} is not installed`);
      continue;
    }
    for (const input of Object.keys(node.inputs))
      if (!Object.hasOwn(declared.inputs, input)) faults.push(`${id}.${input}: not declared`);
    for (const [input, kind] of Object.entries(declared.inputs)) {
      const fault = Object.hasOwn(node.inputs, input)
        ? faultOf(workflow, kind, node.inputs[input], host)
        : 'required input is missing';
      if (fault !== null) faults.push(`${id}.${input}: ${fault}`);
    }
  }
  if (!Object.values(workflow).some((node) => node.class_type === 'SaveImage'))
    faults.push('prompt has no outputs');
  return faults;
}

type Kind =
  | { link: string }
  | { text: true }
  | { flag: true }
  | { choice: readonly string[] }
  | { whole: boolean; min: number; max: number };

interface NodeDeclaration {
  inputs: Record<string, Kind>;
  outputs: readonly string[];
}

const link = (type: string): Kind => ({ link: type });
const whole = (min: number, max: number): Kind => ({ whole: true, min, max });
const real = (min: number, max: number): Kind => ({ whole: false, min, max });
const choice = (...names: string[]): Kind => ({ choice: names });
const text: Kind = { text: true };
const flag: Kind = { flag: true };
const seed = whole(0, 2 ** 64);
const source = { model: link('MODEL'), clip: link('CLIP') };
const conditioning = { positive: link('CONDITIONING'), negative: link('CONDITIONING') };

function declarationOf(className: string, host: HostCapabilities): NodeDeclaration | undefined {
  const sampling = { steps: whole(1, 10_000), cfg: real(0, 100), sampler_name: choice(...host.samplers) };
  const declarations: Record<string, NodeDeclaration> = {
    CheckpointLoaderSimple: {
      inputs: { ckpt_name: choice(...host.checkpoints) },
      outputs: ['MODEL', 'CLIP', 'VAE'],
    },
    LoraLoader: {
      inputs: {
        ...source,
        lora_name: choice(...host.loras),
        strength_model: real(-100, 100),
        strength_clip: real(-100, 100),
      },
      outputs: ['MODEL', 'CLIP'],
    },
    CLIPTextEncode: { inputs: { text, clip: link('CLIP') }, outputs: ['CONDITIONING'] },
    CLIPSetLastLayer: {
      inputs: { clip: link('CLIP'), stop_at_clip_layer: whole(-24, -1) },
      outputs: ['CLIP'],
    },
    EmptyLatentImage: {
      inputs: { width: whole(16, 16_384), height: whole(16, 16_384), batch_size: whole(1, 4096) },
      outputs: ['LATENT'],
    },
    KSampler: {
      inputs: {
        model: link('MODEL'),
        seed,
        ...sampling,
        scheduler: choice(...host.schedulers),
        ...conditioning,
        latent_image: link('LATENT'),
        denoise: real(0, 1),
      },
      outputs: ['LATENT'],
    },
    VAEDecode: { inputs: { samples: link('LATENT'), vae: link('VAE') }, outputs: ['IMAGE'] },
    VAELoader: { inputs: { vae_name: choice(...host.vaes) }, outputs: ['VAE'] },
    SaveImage: { inputs: { images: link('IMAGE'), filename_prefix: text }, outputs: [] },
    UltralyticsDetectorProvider: {
      inputs: { model_name: choice(...host.bbox_models) },
      outputs: ['BBOX_DETECTOR', 'SEGM_DETECTOR'],
    },
    FaceDetailer: {
      inputs: {
        ...{
          image: link('IMAGE'),
          ...source,
          vae: link('VAE'),
          ...conditioning,
          bbox_detector: link('BBOX_DETECTOR'),
        },
        ...{ guide_size: real(64, 16_384), guide_size_for: flag, max_size: real(64, 16_384) },
        ...{ seed, ...sampling, scheduler: choice(...host.detailer_schedulers), denoise: real(0.0001, 1) },
        ...{
          feather: whole(0, 100),
          noise_mask: flag,
          force_inpaint: flag,
          drop_size: whole(1, 16_384),
          wildcard: choice(''),
          cycle: whole(1, 10),
        },
        ...{ bbox_threshold: real(0, 1), bbox_dilation: whole(-512, 512), bbox_crop_factor: real(1, 10) },
        sam_detection_hint: choice(
          'center-1',
          'horizontal-2',
          'vertical-2',
          'rect-4',
          'diamond-4',
          'mask-area',
          'mask-points',
          'mask-point-bbox',
          'none',
        ),
        ...{
          sam_dilation: whole(-512, 512),
          sam_threshold: real(0, 1),
          sam_bbox_expansion: whole(0, 1000),
          sam_mask_hint_threshold: real(0, 1),
        },
        sam_mask_hint_use_negative: choice('False', 'Small', 'Outter'),
      },
      outputs: ['IMAGE', 'IMAGE', 'IMAGE', 'MASK', 'DETAILER_PIPE', 'IMAGE'],
    },
  };
  return declarations[className];
}

function faultOf(workflow: Workflow, kind: Kind, value: unknown, host: HostCapabilities): string | null {
  if ('link' in kind) return linkFault(workflow, kind.link, value, host);
  if ('text' in kind) return typeof value === 'string' ? null : 'is no text';
  if ('flag' in kind) return typeof value === 'boolean' ? null : 'is no flag';
  if ('choice' in kind)
    return typeof value === 'string' && kind.choice.includes(value)
      ? null
      : `${JSON.stringify(value)} is not in the list`;
  if (typeof value !== 'number' || !Number.isFinite(value) || (kind.whole && !Number.isInteger(value)))
    return 'is no such number';
  return value >= kind.min && value <= kind.max ? null : `${value} is out of bounds`;
}

function linkFault(workflow: Workflow, type: string, value: unknown, host: HostCapabilities): string | null {
  if (!Array.isArray(value) || value.length !== 2) return 'is no link';
  const [id, slot] = value as [unknown, unknown];
  const from = typeof id === 'string' && Object.hasOwn(workflow, id) ? workflow[id] : undefined;
  if (from === undefined || typeof slot !== 'number') return `leads to ${String(id)}, which is not there`;
  const given = declarationOf(from.class_type, host)?.outputs[slot];
  return given === type ? null : `takes ${type} and gets ${given ?? 'nothing'}`;
}
