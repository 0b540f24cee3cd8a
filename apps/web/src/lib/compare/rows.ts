import type { ImageDetail } from '@gaze/contracts';
import { clock, dayKey, dayName } from '#lib/format.ts';
import { checkpointName, fileName } from '#lib/live/checkpoint-name.ts';
import { factsOf } from '#lib/lightbox/facts.ts';

export interface CompareRow {
  label: string;
  a: string;
  b: string;
  differs: boolean;
}

const absent = '–';
const kinds = [
  ...['Checkpoint', 'Seed', 'Size', 'Sampler', 'LoRA', 'Character', 'Look', 'Outfits', 'Actions', 'Styles'],
  ...['Scenes', 'Detailers', 'Outfit', 'Face', 'Hand', 'Workflow', 'Host', 'Rendered', 'Finished', 'Rating'],
];

/** What two pictures were made with, line by line; a line that neither has is left out. */
export function compareRows(a: ImageDetail, b: ImageDetail, now: Date): CompareRow[] {
  const [left, right] = [valuesOf(a, now), valuesOf(b, now)];
  // what only the second one has stands beside its like, and not at the end
  const order = (label: string): number => kinds.findIndex((kind) => label.startsWith(kind));
  const labels = [...new Set([...left.keys(), ...right.keys()])].sort((x, y) => order(x) - order(y));
  return labels.map((label) => {
    const [one, other] = [left.get(label) ?? absent, right.get(label) ?? absent];
    return { label, a: one, b: other, differs: one !== other };
  });
}

function valuesOf(image: ImageDetail, now: Date): Map<string, string> {
  const facts = factsOf(image);
  const { generation } = image;
  const rows: [string, string | null | undefined][] = [
    ['Checkpoint', facts.checkpoint && checkpointName(facts.checkpoint)],
    ['Seed', facts.seed === null ? null : String(facts.seed)],
    ['Size', `${image.width} × ${image.height}`],
    ['Sampler', facts.sampling],
    ...facts.loras.map(({ name, weight }): [string, string] => [`LoRA ${fileName(name)}`, weight.toFixed(2)]),
    ...(generation?.entities ?? []).map(({ category, slug, name }): [string, string] => [
      entryLabel(category, slug),
      name,
    ]),
    ['Outfit', generation?.active_outfit],
    ['Face pass', generation?.recipe.faceDetail],
    ['Hand pass', generation?.recipe.handDetail],
    ['Workflow', generation?.template.name],
    ['Host', image.host],
    ['Rendered in', generation ? `${generation.seconds.rendering.toFixed(1)} s` : null],
    ['Finished', `${dayName(dayKey(image.created_at), now)}, ${clock(image.created_at)}`],
    ['Rating', image.rating === null ? null : `${image.rating} of 5`],
  ];
  return new Map(rows.filter((row): row is [string, string] => typeof row[1] === 'string' && row[1] !== ''));
}

/** Several entries of one category stand in lines of their own. */
const entryLabel = (category: string, slug: string): string =>
  category === 'characters' || category === 'looks'
    ? `${category.charAt(0).toUpperCase()}${category.slice(1, -1)}`
    : `${category.charAt(0).toUpperCase()}${category.slice(1)}: ${slug.replaceAll('_', ' ')}`;
