/** The architecture that a model file belongs to, and the line within it that LoRAs are trained for. */
export interface BaseModel {
  family: string;
  /** Null: the plain model, or nobody says. */
  variant: string | null;
}

/** Names as trainers and folders write them, without punctuation. The first that is found counts. */
const families: readonly (readonly [RegExp, string, string | null])[] = [
  [/pony/, 'SDXL', 'Pony'],
  [/noob/, 'SDXL', 'Noob'],
  [/illustrious|ilxl/, 'SDXL', 'Illustrious'],
  [/animagine/, 'SDXL', 'Animagine'],
  [/sd35|sd3|stablediffusion3|stablediffusionv3/, 'SD 3', null],
  [/flux/, 'Flux', null],
  [/chroma/, 'Chroma', null],
  [/qwenimage/, 'Qwen Image', null],
  [/sdxl|stablediffusionxl/, 'SDXL', null],
  [/sd2|sdv2|stablediffusionv2|stablediffusion2/, 'SD 2', null],
  [/sd15|sd14|sd1|sdv1|stablediffusionv1|stablediffusion1|^v15|^v1$/, 'SD 1.5', null],
];

/** Illustrious is what Noob was made from: LoRAs of either work on both. */
const kindred: readonly (readonly string[])[] = [['Illustrious', 'Noob']];

/**
 * The base model of a file: what its header names, else the folders on its path. Null where neither says.
 * @param named as the header writes it (`sdxl_base_v1-0`, `stable-diffusion-xl-v1-base/lora`)
 * @param file of a LoRA only the folders count: `pony.safetensors` may well be a LoRA of a pony
 */
export function baseModelOf(
  named: string | null,
  file: { kind: 'checkpoint' | 'lora' | 'vae'; name: string },
): BaseModel | null {
  const told = named === null ? null : find(named);
  const hinted = find(file.kind === 'lora' ? file.name.slice(0, file.name.lastIndexOf('/') + 1) : file.name);
  // Trainers write `sdxl` for every line of SDXL; the folder knows which one it was.
  if (told?.variant === null && hinted?.family === told.family) return hinted;
  return told ?? hinted;
}

function find(text: string): BaseModel | null {
  const plain = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const found = families.find(([pattern]) => pattern.test(plain));
  return found === undefined ? null : { family: found[1], variant: found[2] };
}

/** How a LoRA's base model goes with a checkpoint's: another family does not work, another variant works badly. */
export function compareBases(checkpoint: BaseModel, lora: BaseModel): 'same' | 'variant' | 'family' {
  if (checkpoint.family !== lora.family) return 'family';
  const [a, b] = [checkpoint.variant, lora.variant];
  if (a === null || b === null || a === b) return 'same';
  return kindred.some((kin) => kin.includes(a) && kin.includes(b)) ? 'same' : 'variant';
}

/** «SDXL», «SDXL (Pony)». */
export function baseName({ family, variant }: BaseModel): string {
  return variant === null ? family : `${family} (${variant})`;
}
