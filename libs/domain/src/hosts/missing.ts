import type { MissingClass } from '@gaze/contracts';

/** Classes beside ComfyUI's own that the workflow uses, and what pictures lack on a host without them. */
const costs: Readonly<Record<string, string>> = {
  FaceDetailer: 'Faces and hands are not refined. Install the Impact Pack.',
  UltralyticsDetectorProvider:
    'Faces and hands are not found, and so not refined. Install the Impact Subpack.',
};

/** ComfyUI's own classes, without which it renders nothing of ours. */
const needed = [
  'CheckpointLoaderSimple',
  'CLIPTextEncode',
  'EmptyLatentImage',
  'KSampler',
  'LoraLoader',
  'SaveImage',
  'VAEDecode',
] as const;

/** What each missing class costs, in sentences. */
export function costsOfMissing(missing: readonly string[]): MissingClass[] {
  return missing.map((name) => ({
    class_name: name,
    costs:
      costs[name] ??
      (needed.some((one) => one === name)
        ? 'It is a part of ComfyUI itself, and no picture comes about without it. Update that ComfyUI.'
        : 'Workflows that use it are refused.'),
  }));
}

/** The classes of a host that GAZE misses there: its useful ones and ComfyUI's own. */
export function missingClasses(classes: readonly string[]): MissingClass[] {
  const there = new Set(classes);
  return costsOfMissing([...needed, ...Object.keys(costs)].filter((name) => !there.has(name)));
}
