import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../options.ts';

const extensions = ['.ckpt', '.pt', '.pt2', '.bin', '.pth', '.safetensors', '.pkl', '.sft', '.onnx'];
/** A folder deeper than this is a loop of links. */
const maxDepth = 12;

/** Detectors that are assumed where the models folder says nothing about detectors at all. */
const usualDetectors = ['face_yolov8m.pt', 'hand_yolov8s.pt'];

export interface ModelFiles {
  /** Names of one folder in the host's spelling, sorted; read from disk each time. */
  list: (folder: string) => string[];
  /** Folder keys as `/models` lists them. */
  folders: () => string[];
}

const coreFolders = [
  'checkpoints',
  'loras',
  'vae',
  'text_encoders',
  'diffusion_models',
  'clip_vision',
  'style_models',
  'embeddings',
  'diffusers',
  'vae_approx',
  'controlnet',
  'gligen',
  'upscale_models',
  'hypernetworks',
  'photomaker',
  'classifiers',
];

export function buildModelFiles(modelsDir: string, settings: Settings): ModelFiles {
  const folders = [
    ...coreFolders,
    ...(settings.impact === null ? [] : ['sams', 'onnx']),
    ...(settings.subpack ? ['ultralytics', 'ultralytics_bbox', 'ultralytics_segm'] : []),
  ];
  const separator = settings.separators === 'windows' ? '\\' : '/';
  const spell = (name: string): string => name.replaceAll('/', separator);
  const namesIn = (path: string): string[] => walk(join(modelsDir, path)).sort().map(spell);
  const detectors = (kind: 'bbox' | 'segm'): string[] => {
    const found = namesIn(`ultralytics/${kind}`);
    const names = kind === 'bbox' && !isThere(join(modelsDir, 'ultralytics')) ? usualDetectors : found;
    return settings.handModel ? names : names.filter((name) => !/hand/i.test(name));
  };
  return {
    folders: () => folders,
    list(folder) {
      if (folder === 'ultralytics_bbox') return detectors('bbox');
      if (folder === 'ultralytics_segm') return detectors('segm');
      // The first part is written by the Subpack itself, always with a slash.
      if (folder === 'ultralytics') {
        return [
          ...detectors('bbox').map((name) => `bbox/${name}`),
          ...detectors('segm').map((name) => `segm/${name}`),
        ];
      }
      return namesIn(folder);
    },
  };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function walk(root: string, below = '', depth = 0): string[] {
  if (depth > maxDepth) return [];
  let entries;
  try {
    entries = readdirSync(join(root, below), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    const kind = entry.isSymbolicLink() ? statSync(join(root, name), { throwIfNoEntry: false }) : entry;
    if (kind?.isDirectory() === true) return entry.name === '.git' ? [] : walk(root, name, depth + 1);
    const isModel = extensions.some((extension) => entry.name.toLowerCase().endsWith(extension));
    return kind?.isFile() === true && isModel ? [name] : [];
  });
}
