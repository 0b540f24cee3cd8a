import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import sharp from 'sharp';
import { NodeError } from '../execution/errors.ts';
import type { Folders } from '../files/folders.ts';
import { annotatedPath } from '../files/view-path.ts';
import type { Profile } from '../options.ts';
import { str } from '../validation/python.ts';
import { core } from './declare.ts';
import { combo, link, text } from './inputs.ts';
import type { NodeClass, Picture, PicturesValue } from './types.ts';

const hidden = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' };

export function imageNodes(folders: Folders, profile: Profile): NodeClass[] {
  const outputs = profile === 'NEW' ? (['IMAGE'] as const) : [];
  const passedOn = (pictures: readonly Picture[]): PicturesValue[] =>
    profile === 'NEW' ? [{ type: 'IMAGE', pictures }] : [];
  return [
    core('SaveImage', 'Save Image', 'image', {
      required: { images: link('IMAGE'), filename_prefix: text({ default: 'ComfyUI' }) },
      hidden,
      outputs,
      isOutput: true,
      async run(run) {
        const pictures = run.pictures('images');
        const saved = await run.save(pictures, { type: 'output', prefix: run.text('filename_prefix') });
        return { outputs: passedOn(pictures), ui: { images: saved } };
      },
    }),
    core('PreviewImage', 'Preview Image', 'image', {
      required: { images: link('IMAGE') },
      hidden,
      outputs,
      isOutput: true,
      async run(run) {
        const pictures = run.pictures('images');
        const saved = await run.save(pictures, { type: 'temp', prefix: `ComfyUI_temp_${run.nodeId}` });
        return { outputs: passedOn(pictures), ui: { images: saved } };
      },
    }),
    core('LoadImage', 'Load Image', 'image', {
      required: { image: combo(() => filesIn(folders.input), { image_upload: true }) },
      outputs: ['IMAGE', 'MASK'],
      validate: {
        inputs: ['image'],
        check: (_input, value) => (isFile(folders, str(value)) ? null : `Invalid image file: ${str(value)}`),
      },
      fingerprint: (inputs) => contentHash(annotatedPath(folders, str(inputs.image))),
      async run(run) {
        const name = run.text('image');
        const file = annotatedPath(folders, name);
        if (file === null || !existsSync(file))
          throw new NodeError('FileNotFoundError', `No such file: '${name}'`);
        const picture = await loaded(file, name);
        return {
          outputs: [
            { type: 'IMAGE', pictures: [picture] },
            { type: 'MASK', name },
          ],
        };
      },
    }),
  ];
}

async function loaded(file: string, name: string): Promise<Picture> {
  try {
    const { width, height } = await sharp(file).metadata();
    return { width, height, prompt: '', seed: 0, checkpoint: '', loras: [], refined: [], file };
  } catch {
    throw new NodeError('PIL.UnidentifiedImageError', `cannot identify image file '${name}'`);
  }
}

function filesIn(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

function isFile(folders: Folders, name: string): boolean {
  const path = annotatedPath(folders, name);
  return path !== null && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function contentHash(path: string | null): string {
  if (path === null || !existsSync(path)) return 'missing';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
