import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Names by folder, such as `{ checkpoints: ['Illustrious/a.safetensors'] }`. */
export type FakeModels = Readonly<Record<string, readonly string[]>>;

export const sampleModels: FakeModels = {
  checkpoints: [
    'Illustrious/meadow_v1.safetensors',
    'Illustrious/harbour_v2.safetensors',
    'Noob/lantern.safetensors',
  ],
  loras: [
    'Illustrious/Looks/soft_ink.safetensors',
    'Illustrious/Clothing/rain_coat.safetensors',
    'Illustrious/Poses/leaning.safetensors',
    'Illustrious/Styles/gouache.safetensors',
  ],
  vae: ['sdxl_vae.safetensors'],
  'ultralytics/bbox': ['face_yolov8m.pt', 'hand_yolov8s.pt'],
  'ultralytics/segm': ['person_yolov8m-seg.pt'],
  upscale_models: ['4x_gentle.pth'],
  embeddings: ['tidy_negative.safetensors'],
  sams: ['sam_vit_b_01ec64.pth'],
};

/** Writes empty files under the names of models: a stand-in reads names, never weights. */
export function writeFakeModels(dir: string, models: FakeModels = sampleModels): void {
  for (const [folder, names] of Object.entries(models)) {
    mkdirSync(join(dir, folder), { recursive: true });
    for (const name of names) {
      const path = join(dir, folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
  }
}
