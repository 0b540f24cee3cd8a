import type {
  CategoryDeclaration,
  PromptPart,
  PromptSection,
  Prompts,
  Snapshot,
  SnapshotPart,
  Workflow,
} from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { placeOf } from '../fields/place.ts';
import { promptTexts } from '../fields/prompt-value.ts';
import { addressOf, sectionHolder } from '../fields/sections.ts';
import { booleanOf, own, textOf } from '../json.ts';
import { loraChain } from '../snapshot/lora-chain.ts';
import { dedupe } from '../tags/dedupe.ts';
import { joinTags, joinTexts, splitTags } from '../tags/split.ts';
import { placeholders } from '../workflow/placeholders.ts';
import { templateDefaults } from '../workflow/template-defaults.ts';
import { isReplaced } from './replaced.ts';
import { parseOrientation } from './orientation.ts';

/** What of a snapshot the prompts are made of. */
export type Composable = Pick<
  Snapshot,
  | 'parts'
  | 'active_outfit'
  | 'checkpoint'
  | 'stack_loras'
  | 'background'
  | 'extra_positive'
  | 'extra_negative'
>;

/**
 * The four prompts of a snapshot. Pure: equal snapshots give equal prompts, nothing is drawn.
 * @throws DomainError data_error for prompt values that are no text, an unreadable orientation, a mixed wardrobe
 */
export function buildPrompts(snapshot: Composable, template: Workflow): Prompts {
  return composePrompts(snapshot, templateDefaults(template).negative);
}

/** As `buildPrompts`, from the template's own negative text instead of the template: what the browser has at hand. */
export function composePrompts(snapshot: Composable, templateNegative: string): Prompts {
  const { parts } = snapshot;
  const chain = loraChain(parts, snapshot.stack_loras).links;
  const triggers = (only?: number): string[] =>
    chain
      .filter((link) => only === undefined || link.node === only)
      .map((link) => link.part.lora?.triggers ?? '');
  return {
    main: tidy([
      ...participants(parts),
      ...mainTexts(snapshot),
      ...triggers(),
      ...background(snapshot),
      snapshot.extra_positive,
    ]),
    face: tidy([...detailTexts(snapshot, 'face'), ...triggers(16)]),
    hand: tidy([...detailTexts(snapshot, 'hand'), ...triggers(16)]),
    negative: negativeOf(snapshot, templateNegative),
  };
}

const tidy = (texts: readonly string[]): string => joinTags(dedupe(texts.flatMap(splitTags)));

function participants(parts: readonly SnapshotPart[]): string[] {
  const character = parts.find((part) => part.category === 'characters');
  if (character === undefined) return [];
  const said = own(character.data, 'participants');
  const orientation = textOf(own(said, 'orientation'));
  if (orientation === undefined) return ['(solo:1.2)'];
  const tags = parseOrientation(orientation, placeOf(character));
  return booleanOf(own(said, 'solo_focus')) === true ? [...tags, 'solo focus'] : tags;
}

interface RankedSection {
  rank: number;
  keys: readonly string[];
  section: PromptSection;
  declaration: CategoryDeclaration;
}

/** The sections of all categories that take part in a prompt, in its order. */
function ranked(of: (section: PromptSection) => PromptPart | undefined): RankedSection[] {
  return Object.values(categories)
    .flatMap((declaration) =>
      declaration.sections.flatMap((section) => {
        const part = of(section);
        return part === undefined ? [] : [{ rank: part.order, keys: part.keys, section, declaration }];
      }),
    )
    .sort((a, b) => a.rank - b.rank);
}

const mainPart = (section: PromptSection): PromptPart | undefined =>
  section.main === null
    ? undefined
    : {
        order: section.main,
        keys: section.keys.filter((key) => section.negativeKeys?.includes(key) !== true),
      };

const mainTexts = (snapshot: Composable): string[] =>
  ranked(mainPart).flatMap((entry) => textsOf(snapshot, entry));

const detailTexts = (snapshot: Composable, prompt: 'face' | 'hand'): string[] =>
  ranked((section) => section[prompt]).flatMap((entry) => textsOf(snapshot, entry));

/** Texts of one section, of every part that has it, in the order of selection: selected and not replaced fields only. */
function textsOf(
  { parts, active_outfit }: Composable,
  { section, keys, declaration }: RankedSection,
): string[] {
  return parts
    .filter((part) => part.category === declaration.name)
    .flatMap((part) => {
      const place = placeOf(part);
      const holder = sectionHolder(section, part.data, active_outfit, place);
      return keys.flatMap((key) => {
        const address = addressOf(section.name, key);
        if (!part.fields.includes(address) || isReplaced(part, section.name, key, parts)) return [];
        return promptTexts(own(holder, key), address, place);
      });
    });
}

function background({ parts, background: wanted }: Composable): string[] {
  if (!wanted || parts.some((part) => part.category === 'scenes')) return [];
  const character = parts.find((part) => part.category === 'characters');
  const colour =
    character === undefined
      ? []
      : promptTexts(
          own(own(character.data, 'styles'), 'primary_color'),
          'styles::primary_color',
          placeOf(character),
        );
  return [[...colour.slice(0, 1), 'simple background'].join(' ')];
}

/**
 * Look, checkpoint, the template's own text, the request. A template that says with its placeholder where the
 * negative prompt goes keeps its own text around it, so that text is not part of what is put there.
 */
function negativeOf(snapshot: Composable, templateNegative: string): string {
  const { checkpoint, extra_negative } = snapshot;
  const looks = ranked((section) =>
    section.negativeKeys === undefined ? undefined : { order: 0, keys: section.negativeKeys },
  );
  return joinTexts(
    ...looks.flatMap((entry) => textsOf(snapshot, entry)),
    ...checkpointTexts(checkpoint, 'base_negative'),
    templateNegative.includes(placeholders.negative) ? '' : templateNegative,
    extra_negative,
  );
}

/** A checkpoint's own words for either side. */
export function checkpointTexts(
  checkpoint: Snapshot['checkpoint'],
  key: 'base_positive' | 'base_negative',
): string[] {
  const place = placeOf({
    category: 'checkpoints',
    slug: checkpoint.slug ?? checkpoint.path,
    name: checkpoint.name,
  });
  return promptTexts(own(checkpoint.data, key), key, place);
}
