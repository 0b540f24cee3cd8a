import type { Profile } from '../options.ts';
import { samplers, schedulers, upscaleMethods } from './choices.ts';
import { core } from './declare.ts';
import { combo, float, int, link, maxResolution, seed, text } from './inputs.ts';
import type { NodeClass, Picture, PicturesValue } from './types.ts';

const blank = { prompt: '', seed: 0, checkpoint: '', loras: [], refined: [] };

export function samplingNodes(profile: Profile): NodeClass[] {
  const size = profile === 'NEW' ? 1024 : 512;
  return [
    core('CLIPTextEncode', 'CLIP Text Encode (Prompt)', 'conditioning', {
      required: { text: text({ multiline: true, dynamicPrompts: true }), clip: link('CLIP') },
      outputs: ['CONDITIONING'],
      run: (run) => ({ outputs: [{ type: 'CONDITIONING', text: run.text('text') }] }),
    }),
    core('EmptyLatentImage', 'Empty Latent Image', 'latent', {
      required: {
        width: int(size, 16, maxResolution, { step: 8 }),
        height: int(size, 16, maxResolution, { step: 8 }),
        batch_size: int(1, 1, 4096),
      },
      outputs: ['LATENT'],
      run(run) {
        const picture = {
          ...blank,
          width: floorTo8(run.number('width')),
          height: floorTo8(run.number('height')),
        };
        const pictures = Array.from({ length: run.number('batch_size') }, () => picture);
        return { outputs: [{ type: 'LATENT', pictures }] };
      },
    }),
    core('KSampler', 'KSampler', 'sampling', {
      required: {
        model: link('MODEL'),
        seed: seed(),
        steps: int(20, 1, 10000),
        cfg: float(8, 0, 100, 0.1),
        sampler_name: combo(() => samplers(profile)),
        scheduler: combo(() => schedulers),
        positive: link('CONDITIONING'),
        negative: link('CONDITIONING'),
        latent_image: link('LATENT'),
        denoise: float(1, 0, 1),
      },
      outputs: ['LATENT'],
      async run(run) {
        const model = run.model('model');
        const prompt = run.conditioning('positive');
        const first = run.number('seed');
        const pictures = run.pictures('latent_image').map((picture, index) => ({
          ...picture,
          prompt,
          seed: first + index,
          checkpoint: model.checkpoint,
          loras: model.loras,
        }));
        await run.host.residency.checkpoint(model.checkpoint, run.promptId);
        const steps = run.number('denoise') === 0 ? 0 : run.number('steps');
        await run.sample({ steps, picture: pictures[0] });
        return { outputs: [{ type: 'LATENT', pictures }] };
      },
    }),
    core('VAEDecode', 'VAE Decode', 'latent', {
      required: { samples: link('LATENT'), vae: link('VAE') },
      outputs: ['IMAGE'],
      run: (run) => ({ outputs: [{ type: 'IMAGE', pictures: run.pictures('samples') }] }),
    }),
    core('LatentUpscaleBy', 'Upscale Latent By', 'latent', {
      required: {
        samples: link('LATENT'),
        upscale_method: combo(() => upscaleMethods),
        scale_by: float(1.5, 0.01, 8),
      },
      outputs: ['LATENT'],
      run: (run) => ({ outputs: [scaled(run.pictures('samples'), 'LATENT', run.number('scale_by'))] }),
    }),
    core('ImageUpscaleWithModel', 'Upscale Image (using Model)', 'image/upscaling', {
      required: { upscale_model: link('UPSCALE_MODEL'), image: link('IMAGE') },
      outputs: ['IMAGE'],
      run: (run) => ({
        outputs: [scaled(run.pictures('image'), 'IMAGE', factorOf(run.fileOf('upscale_model')))],
      }),
    }),
  ];
}

const floorTo8 = (value: number): number => Math.floor(value / 8) * 8;

function scaled(pictures: readonly Picture[], type: 'LATENT' | 'IMAGE', factor: number): PicturesValue {
  const side = (length: number): number => Math.max(8, Math.round((length * factor) / 8) * 8);
  return {
    type,
    pictures: pictures.map((picture) => ({
      ...picture,
      width: side(picture.width),
      height: side(picture.height),
    })),
  };
}

/** `4x_gentle.pth` enlarges four times; a name without a figure does so too. */
function factorOf(name: string): number {
  return Number(/(\d+)x|x(\d+)/i.exec(name)?.slice(1).find(Boolean) ?? 4);
}
