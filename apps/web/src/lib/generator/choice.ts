import type { CategoryName, Lane, Recipe } from '@gaze/contracts';
import type { RenderChoice } from '#lib/detail/desk.ts';
import { plainSelection } from '#lib/detail/selection.ts';

export type PartName = keyof Recipe['parts'];

/** One chosen entry, or a draw. */
export interface ChosenPart {
  /** `__random__`: drawn when the picture is made. */
  slug: string;
  /** Null: as usual. */
  fields: readonly string[] | null;
  /** Null: as its file says. */
  weight: number | null;
  useLora: boolean;
}

/** All that a person has chosen in the generator. */
export interface GeneratorChoice extends RenderChoice {
  /** In the order of their choice. */
  parts: Readonly<Partial<Record<PartName, readonly ChosenPart[]>>>;
  /** Of the character's wardrobe; null: the one that it wears. */
  outfit: string | null;
  stackLoras: boolean;
  lane: Lane;
  /** The section that is open. */
  open: CategoryName | null;
}

const { extraPositive, extraNegative, checkpoint, seed, seedLocked, width, height, count } = plainSelection;

export const plainChoice: GeneratorChoice = {
  ...{ extraPositive, extraNegative, checkpoint, seed, seedLocked, width, height, count },
  ...{ background: null, faceDetail: 'auto', handDetail: 'auto' },
  ...{ parts: {}, outfit: null, stackLoras: false, lane: 'interactive', open: 'characters' },
};

export const chosenPart = (slug: string, more: Partial<ChosenPart> = {}): ChosenPart => ({
  ...{ slug, fields: null, weight: null, useLora: true },
  ...more,
});

export function partsOf(choice: Pick<GeneratorChoice, 'parts'>, name: PartName): readonly ChosenPart[] {
  return choice.parts[name] ?? [];
}

/** The choice with other entries of one category; none leaves the category out. */
export function withParts(
  choice: GeneratorChoice,
  name: PartName,
  parts: readonly ChosenPart[],
): Pick<GeneratorChoice, 'parts'> {
  const { [name]: _before, ...others } = choice.parts;
  return { parts: parts.length === 0 ? others : { ...others, [name]: parts } };
}

/** Chosen: taken back. Not chosen: put in, at the end, or in the other's place where there is room for one. */
export function toggled(
  parts: readonly ChosenPart[],
  slug: string,
  choice: 'one' | 'many',
): readonly ChosenPart[] {
  if (parts.some((part) => part.slug === slug)) return parts.filter((part) => part.slug !== slug);
  return choice === 'one' ? [chosenPart(slug)] : [...parts, chosenPart(slug)];
}

export function patched(
  parts: readonly ChosenPart[],
  slug: string,
  patch: Partial<ChosenPart>,
): readonly ChosenPart[] {
  return parts.map((part) => (part.slug === slug ? { ...part, ...patch } : part));
}

/** The list with one entry at another place; places outside of the list are its ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.toSpliced(from, 1);
  const item = list[from];
  const place = Math.min(Math.max(0, to), rest.length);
  return item === undefined ? [...list] : rest.toSpliced(place, 0, item);
}

/** Whether anything is chosen that a person would miss. */
export function isPlain(choice: GeneratorChoice): boolean {
  const { open: _open, lane: _lane, count: _count, ...chosen } = choice;
  const { open: _plainOpen, lane: _plainLane, count: _plainCount, ...plain } = plainChoice;
  return JSON.stringify(chosen) === JSON.stringify(plain);
}
