const known: Record<string, string> = {
  base_specs: 'Base',
  lora_triggers: 'Triggers',
  nsfw: 'NSFW',
  lora: 'LoRA',
  cfg: 'CFG',
  sampler_name: 'Sampler',
  clip_skip: 'CLIP skip',
  vae: 'VAE',
  base_positive: 'Base prompt',
  base_negative: 'Base negative',
  extra_positive: 'Added prompt',
  extra_negative: 'Added negative',
};

/** A key as a form names it. */
export function fieldLabel(key: string): string {
  const spaced = key.replaceAll('_', ' ');
  return known[key] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A way through the data in words: «Wardrobe › Festival › Top». */
export function pathLabel(path: readonly string[]): string {
  if (path.length === 0) return 'The whole file';
  return path
    .map((key, i) => (path[0] === 'wardrobe' && i === 1 && path.length > 2 ? key : fieldLabel(key)))
    .join(' › ');
}
