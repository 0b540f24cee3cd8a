import type { ModelFiles } from '../models/model-files.ts';
import type { Profile } from '../options.ts';
import type { NodeRun } from '../execution/node-run.ts';
import { NodeError } from '../execution/errors.ts';
import { impactSchedulers, samHints, samplers } from './choices.ts';
import { impact, subpack } from './declare.ts';
import { bool, combo, float, int, link, maxResolution, seed, text } from './inputs.ts';
import type { InputSpec, NodeClass, Picture, PicturesValue } from './types.ts';

type Inputs = Record<string, InputSpec>;

function detailing(profile: Profile, version: 7 | 8): Inputs {
  return {
    guide_size: float(512, 64, maxResolution, 8),
    guide_size_for: bool(true),
    max_size: float(1024, 64, maxResolution, 8),
    seed: seed(),
    steps: int(20, 1, 10000),
    cfg: float(8, 0, 100),
    sampler_name: combo(() => samplers(profile)),
    scheduler: combo(() => impactSchedulers(version)),
    positive: link('CONDITIONING'),
    negative: link('CONDITIONING'),
    denoise: float(0.5, 0.0001, 1),
    feather: int(5, 0, 100),
    noise_mask: bool(true),
    force_inpaint: bool(true),
  };
}

const detecting: Inputs = {
  bbox_threshold: float(0.5, 0, 1),
  bbox_dilation: int(10, -512, 512),
  bbox_crop_factor: float(3, 1, 10, 0.1),
  sam_detection_hint: combo(() => samHints),
  sam_dilation: int(0, -512, 512),
  sam_threshold: float(0.93, 0, 1),
  sam_bbox_expansion: int(0, 0, 1000),
  sam_mask_hint_threshold: float(0.7, 0, 1),
  sam_mask_hint_use_negative: combo(() => ['False', 'Small', 'Outter']),
  drop_size: int(10, 1, maxResolution),
};

const models: Inputs = { model: link('MODEL'), clip: link('CLIP'), vae: link('VAE') };

function extras(version: 7 | 8): Inputs {
  return {
    detailer_hook: link('DETAILER_HOOK'),
    inpaint_model: bool(false),
    noise_mask_feather: int(20, 0, 100),
    scheduler_func_opt: link('SCHEDULER_FUNC'),
    ...(version === 8 ? { tiled_encode: bool(false), tiled_decode: bool(false) } : {}),
  };
}

/** One cycle of progress per region and cycle, as the pack has it: values start anew each time. */
async function refine(run: NodeRun, regions: number, tag: string): Promise<readonly Picture[]> {
  const model = run.model('model');
  const pictures = run.pictures('image');
  if (regions > 0) await run.host.residency.checkpoint(model.checkpoint, run.promptId);
  const refined: Picture[] = [];
  for (const picture of pictures) {
    const after = regions === 0 ? picture : { ...picture, refined: [...picture.refined, tag] };
    for (let pass = 0; pass < regions * run.number('cycle'); pass += 1) {
      await run.sample({ steps: run.number('steps'), picture: after });
    }
    refined.push(after);
  }
  return refined;
}

export function impactNodes(files: ModelFiles, profile: Profile, version: 7 | 8): NodeClass[] {
  const sams = (): string[] => [
    ...files.list('sams').filter((name) => !name.includes('hq')),
    ...(version === 7 ? ['ESAM'] : []),
  ];
  return [
    impact('FaceDetailer', 'FaceDetailer', 'ImpactPack/Simple', {
      required: {
        image: link('IMAGE'),
        ...models,
        ...detailing(profile, version),
        ...detecting,
        bbox_detector: link('BBOX_DETECTOR'),
        wildcard: text({ multiline: true, dynamicPrompts: false }),
        cycle: int(1, 1, 10),
      },
      optional: {
        sam_model_opt: link('SAM_MODEL'),
        segm_detector_opt: link('SEGM_DETECTOR'),
        ...extras(version),
      },
      outputs: [
        { type: 'IMAGE', name: 'image' },
        { type: 'IMAGE', name: 'cropped_refined', isList: true },
        { type: 'IMAGE', name: 'cropped_enhanced_alpha', isList: true },
        { type: 'MASK', name: 'mask' },
        { type: 'DETAILER_PIPE', name: 'detailer_pipe' },
        { type: 'IMAGE', name: 'cnet_images', isList: true },
      ],
      async run(run) {
        const isHand = /hand/i.test(run.fileOf('bbox_detector'));
        const { faces, hands } = run.host.settings;
        const pictures = await refine(run, isHand ? hands : faces, isHand ? 'hands' : 'face');
        const none: PicturesValue = { type: 'IMAGE', pictures: [] };
        const image: PicturesValue = { type: 'IMAGE', pictures };
        return {
          outputs: [image, none, none, { type: 'MASK', name: '' }, { type: 'DETAILER_PIPE', name: '' }, none],
        };
      },
    }),
    impact('DetailerForEach', 'Detailer (SEGS)', 'ImpactPack/Detailer', {
      required: {
        image: link('IMAGE'),
        segs: link('SEGS'),
        ...models,
        ...detailing(profile, version),
        wildcard: text({ multiline: true, dynamicPrompts: false }),
        cycle: int(1, 1, 10),
      },
      optional: extras(version),
      outputs: ['IMAGE'],
      async run(run) {
        if (run.pictures('image').length > 1) {
          throw new NodeError(
            'Exception',
            '[Impact Pack] ERROR: DetailerForEach does not allow image batches.',
          );
        }
        return { outputs: [{ type: 'IMAGE', pictures: await refine(run, run.host.settings.faces, 'segs') }] };
      },
    }),
    impact('SAMLoader', 'SAMLoader (Impact)', 'ImpactPack', {
      required: { model_name: combo(sams), device_mode: combo(() => ['AUTO', 'Prefer GPU', 'CPU']) },
      outputs: ['SAM_MODEL'],
      run: (run) => ({ outputs: [{ type: 'SAM_MODEL', name: run.text('model_name') }] }),
    }),
    impact('ONNXDetectorProvider', 'ONNXDetectorProvider', 'ImpactPack', {
      required: { model_name: combo(() => files.list('onnx')) },
      outputs: ['BBOX_DETECTOR'],
      run: (run) => ({ outputs: [{ type: 'BBOX_DETECTOR', name: run.text('model_name') }] }),
    }),
  ];
}

export function subpackNodes(files: ModelFiles): NodeClass[] {
  return [
    subpack('UltralyticsDetectorProvider', 'UltralyticsDetectorProvider', 'ImpactPack', {
      required: { model_name: combo(() => files.list('ultralytics')) },
      outputs: ['BBOX_DETECTOR', 'SEGM_DETECTOR'],
      run(run) {
        const name = run.text('model_name');
        return {
          outputs: [
            { type: 'BBOX_DETECTOR', name },
            { type: 'SEGM_DETECTOR', name },
          ],
        };
      },
    }),
  ];
}
