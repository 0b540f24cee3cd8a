import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The two hosts of the demo. */
export const demoHosts = ['Atelier', 'Cellar'] as const;

const modelFile = /\.(safetensors|ckpt|pt|pth|sft)$/i;
/** The detectors that a workflow with face and hand detailers asks for. */
const detectors = ['ultralytics/bbox/face_yolov8m.pt', 'ultralytics/bbox/hand_yolov8s.pt'];

/** Model files that the JSON of a data folder names, as paths below a ComfyUI's models folder. */
export function modelsNamedIn(documents: readonly unknown[]): string[] {
  const found = new Set(detectors);
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      const folder = modelFile.test(value) ? folderFor(key) : null;
      const path = value.replaceAll('\\', '/');
      // Only a plain relative path becomes a file of the demo.
      if (folder !== null && !path.startsWith('/') && !path.split('/').includes('..'))
        found.add(`${folder}/${path}`);
    } else if (Array.isArray(value)) for (const entry of value) walk(entry, key);
    else if (typeof value === 'object' && value !== null)
      for (const [name, entry] of Object.entries(value)) walk(entry, name);
  };
  for (const document of documents) walk(document, '');
  return [...found].sort();
}

function folderFor(key: string): string | null {
  if (/lora/i.test(key)) return 'loras';
  if (/vae/i.test(key)) return 'vae';
  if (/ckpt|checkpoint/i.test(key)) return 'checkpoints';
  return key === 'model_name' ? 'ultralytics' : null;
}

/** Writes an empty file for every model that the data folder names: the stand-ins read names, never weights. */
export function makeDemoModels(dataDir: string, modelsDir: string): number {
  const models = modelsNamedIn(readDocuments(dataDir));
  for (const model of models) {
    const path = join(modelsDir, model);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { flag: 'a' });
  }
  return models.length;
}

function readDocuments(dataDir: string): unknown[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (
      !entry.isFile() ||
      !entry.name.endsWith('.json') ||
      entry.parentPath.includes(join(dataDir, 'uploads'))
    )
      return [];
    try {
      return [JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as unknown];
    } catch {
      // The catalog lists files that it cannot read; the demo goes without their models.
      return [];
    }
  });
}
