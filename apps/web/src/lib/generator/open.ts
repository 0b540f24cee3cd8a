import type { GenerationRecord, PictureMetadata } from '@gaze/contracts';
import { RANDOM } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { DroppedPicture } from '#lib/drop/dropped.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { chosenPart, partsOf, withParts } from './choice.ts';
import { choiceOfMetadata } from './from-metadata.ts';
import { choiceOfPreset, choiceOfRecord } from './from-record.ts';
import type { GeneratorPage } from './generator-page.svelte.ts';
import { serverLibrary } from './library.ts';
import type { Opened } from './opened.ts';
import { partNames } from './recipe.ts';

interface Told {
  generation: GenerationRecord | null;
  metadata: PictureMetadata | null;
}

/** Null: the picture says nothing of how it was made. */
function choiceOf({ generation, metadata }: Told): Promise<Opened> | null {
  if (generation !== null) return choiceOfRecord(generation, serverLibrary);
  return metadata === null ? null : choiceOfMetadata(metadata, serverLibrary);
}

/** Opens the recipe of a picture of the gallery. */
export async function openImage(mix: GeneratorPage, id: string): Promise<void> {
  await opening(async () => {
    const image = await api.images.get(id);
    const opened = choiceOf({ generation: image.generation, metadata: image.metadata ?? null });
    take(mix, await opened, `The recipe of ${image.owner?.name ?? 'the picture'} is open`);
  });
}

/** Opens the recipe of a picture that was dropped or picked. */
export async function openDropped(mix: GeneratorPage, picture: DroppedPicture): Promise<void> {
  await opening(async () => {
    const { source } = picture.metadata ?? { source: 'gaze' };
    const words = { gaze: 'GAZE', comfyui: 'ComfyUI', a1111: 'A1111' };
    take(mix, await choiceOf(picture), `The recipe of ${picture.name} (${words[source]}) is open`);
  });
}

export async function openPreset(mix: GeneratorPage, slug: string): Promise<void> {
  await opening(async () => {
    const preset = await api.entities.get('presets', slug);
    const { choice, notes } = await choiceOfPreset(preset, serverLibrary);
    mix.open(choice, `Starts from ${preset.name}`, notes);
  });
}

/** What an address names, `?characters=elke&outfits=coat,hat&worn=At+home`, joins the choice. */
export function openNamed(mix: GeneratorPage, query: Pick<URLSearchParams, 'get'>): void {
  let choice = mix.selection;
  for (const name of partNames) {
    const slugs = (query.get(name) ?? '').split(',').filter((slug) => /^\w+$/.test(slug) || slug === RANDOM);
    if (slugs.length === 0) continue;
    const known = partsOf(choice, name);
    const parts = slugs.map((slug) => known.find((part) => part.slug === slug) ?? chosenPart(slug));
    choice = { ...choice, ...withParts(choice, name, parts) };
  }
  const worn = query.get('worn');
  if (worn !== null) choice = { ...choice, ...withParts(choice, 'outfits', []), outfit: worn };
  mix.open(choice, 'The combination is open');
}

function take(mix: GeneratorPage, opened: Opened | null, title: string): void {
  if (opened !== null) mix.open(opened.choice, title, opened.notes);
  else
    toasts.show({
      tone: 'bad',
      title: 'The picture says nothing of how it was made',
      text: 'Only pictures that still carry the data of GAZE, ComfyUI or A1111 can be opened.',
    });
}

async function opening(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    toasts.failed('The recipe was not opened', error);
  }
}
