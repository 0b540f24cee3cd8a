import type { ModelFiles } from '../models/model-files.ts';
import type { Profile } from '../options.ts';
import { combo, float, int, link, newCombo } from './inputs.ts';
import { core } from './declare.ts';
import type { NodeClass } from './types.ts';
import { NodeError } from '../execution/errors.ts';

/** The file may have gone between the check and the run, and OLD never checks v3 lists. */
function needFile(files: ModelFiles, folder: string, name: string): void {
  if (files.list(folder).includes(name)) return;
  throw new NodeError('FileNotFoundError', `Model in folder '${folder}' with filename '${name}' not found.`);
}

export function loaderNodes(files: ModelFiles, profile: Profile): NodeClass[] {
  const from = (folder: string) => () => files.list(folder);
  const vaes = (): string[] => [...files.list('vae'), ...(profile === 'NEW' ? ['pixel_space'] : [])];
  return [
    core('CheckpointLoaderSimple', 'Load Checkpoint', 'loaders', {
      required: { ckpt_name: combo(from('checkpoints')) },
      outputs: ['MODEL', 'CLIP', 'VAE'],
      async run(run) {
        const name = run.text('ckpt_name');
        needFile(files, 'checkpoints', name);
        await run.host.residency.checkpoint(name, run.promptId);
        const model = { checkpoint: name, loras: [] };
        return {
          outputs: [
            { type: 'MODEL', ...model },
            { type: 'CLIP', ...model },
            { type: 'VAE', name },
          ],
        };
      },
    }),
    core('LoraLoader', 'Load LoRA', 'loaders', {
      required: {
        model: link('MODEL'),
        clip: link('CLIP'),
        lora_name: combo(from('loras')),
        strength_model: float(1, -100, 100),
        strength_clip: float(1, -100, 100),
      },
      outputs: ['MODEL', 'CLIP'],
      async run(run) {
        const model = run.model('model');
        const clip = run.model('clip');
        if (run.number('strength_model') === 0 && run.number('strength_clip') === 0)
          return { outputs: [model, clip] };
        const name = run.text('lora_name');
        needFile(files, 'loras', name);
        await run.host.residency.lora(run.nodeId, name, run.promptId);
        return {
          outputs: [
            { ...model, loras: [...model.loras, name] },
            { ...clip, loras: [...clip.loras, name] },
          ],
        };
      },
    }),
    core('VAELoader', 'Load VAE', 'loaders', {
      required: { vae_name: combo(vaes) },
      outputs: ['VAE'],
      run(run) {
        const name = run.text('vae_name');
        if (name !== 'pixel_space') needFile(files, 'vae', name);
        return { outputs: [{ type: 'VAE', name }] };
      },
    }),
    core('CLIPSetLastLayer', 'CLIP Set Last Layer', 'conditioning', {
      required: { clip: link('CLIP'), stop_at_clip_layer: int(-1, -24, -1, { step: 1 }) },
      outputs: ['CLIP'],
      run: (run) => ({ outputs: [run.model('clip')] }),
    }),
    core('UpscaleModelLoader', 'Load Upscale Model', 'loaders', {
      required: { model_name: newCombo(from('upscale_models')) },
      outputs: ['UPSCALE_MODEL'],
      run(run) {
        const name = run.text('model_name');
        needFile(files, 'upscale_models', name);
        return { outputs: [{ type: 'UPSCALE_MODEL', name }] };
      },
    }),
  ];
}
