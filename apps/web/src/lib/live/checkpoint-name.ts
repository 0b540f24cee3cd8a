import { checkpoints } from './checkpoints.svelte.ts';

/** A checkpoint's own name for its path; where GAZE has no card of it, the file's name. */
export function checkpointName(path: string | null): string {
  if (path === null) return '';
  const card = checkpoints.list.find((other) => other.id === path);
  return card?.name ?? fileName(path);
}

/** «Illustrious/elke_v2.safetensors» → «elke_v2». */
export function fileName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.safetensors$/, '');
}
