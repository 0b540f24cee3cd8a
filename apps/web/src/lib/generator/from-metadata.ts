import type { PictureMetadata } from '@gaze/contracts';
import { sideLimits } from '@gaze/domain';
import { nothing } from '#lib/detail/fields.ts';
import type { ChosenPart, GeneratorChoice, PartName } from './choice.ts';
import { chosenPart, plainChoice } from './choice.ts';
import { checkpointNote } from './from-record.ts';
import { partNames } from './recipe.ts';
import type { Library, Opened } from './opened.ts';

/**
 * What another program's picture says, as a choice: its prompts as they are, its checkpoint and LoRAs where the
 * library has them. Of an entry that is found by its LoRA only the LoRA counts: its words stand in the prompt already.
 */
export async function choiceOfMetadata(metadata: PictureMetadata, library: Library): Promise<Opened> {
  const notes: string[] = [];
  const parts: Partial<Record<PartName, ChosenPart[]>> = {};
  let wired = 0;
  for (const { name, weight } of metadata.loras) {
    const user = await library.loraUser(name);
    const category = partNames.find((other) => other === user?.category);
    if (user === null || category === undefined) {
      notes.push(`No entry of the library uses the LoRA ${name}; it is left out.`);
      continue;
    }
    (parts[category] ??= []).push(chosenPart(user.slug, { weight, fields: [nothing] }));
    wired++;
  }
  const { checkpoint: named } = metadata;
  const checkpoint = named === null ? null : await library.checkpoint(named);
  if (named !== null && checkpoint === null) notes.push(checkpointNote(named));
  return {
    choice: {
      ...plainChoice,
      ...{ parts, checkpoint, stackLoras: wired > 1 },
      extraPositive: withoutLoraOrders(metadata.positive),
      extraNegative: metadata.negative.trim(),
      ...seedOf(metadata, notes),
      ...sizeOf(metadata, notes),
    },
    notes: [...notes, ...samplerNote(metadata)],
  };
}

/** `<lora:name:1>` is an order to A1111; to anybody else it is a strange word. */
function withoutLoraOrders(prompt: string): string {
  return prompt
    .split(',')
    .map((part) => part.replace(/<lora:[^<>]*>/g, ''))
    .filter((part) => part.trim() !== '')
    .join(',')
    .trim();
}

function seedOf({ seed }: PictureMetadata, notes: string[]): Partial<GeneratorChoice> {
  if (seed !== null) return { seed, seedLocked: true };
  notes.push('The picture names no seed that can be asked for; each picture draws its own.');
  return {};
}

function sizeOf({ width, height }: PictureMetadata, notes: string[]): Partial<GeneratorChoice> {
  if (width === null || height === null) return {};
  const { least, most, multipleOf } = sideLimits;
  const fits = [width, height].every((side) => side >= least && side <= most && side % multipleOf === 0);
  if (fits) return { width, height };
  notes.push(`The size ${width} × ${height} cannot be asked for: sides are multiples of ${multipleOf}.`);
  return {};
}

/** Steps, CFG and sampler belong to the checkpoint here. */
function samplerNote({ steps, cfg, sampler, scheduler }: PictureMetadata): string[] {
  const said = [
    sampler ?? undefined,
    scheduler ?? undefined,
    steps === null ? undefined : `${steps} steps`,
    cfg === null ? undefined : `CFG ${cfg}`,
  ].filter((part) => part !== undefined);
  return said.length === 0
    ? []
    : [`It was made with ${said.join(', ')}; here the settings of the checkpoint count.`];
}
