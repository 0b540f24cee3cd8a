import type { CategoryDeclaration, CategoryName, GenerateInput, Recipe } from '@gaze/contracts';
import { partCategories } from '@gaze/contracts';
import type { Selection } from './selection.ts';

type Parts = Recipe['parts'];
type PartName = keyof Parts;

/** The recipe that Generate sends for this page, and that the prompts beside it are composed from. */
export function recipeOf(
  owner: { category: CategoryName; slug: string },
  declaration: Pick<CategoryDeclaration, 'generation' | 'pickers'>,
  selection: Selection,
  /** The outfit that is worn on the page; null where there is none. */
  outfit: string | null,
): Recipe {
  const { kind } = declaration.generation;
  const checkpoint = kind === 'checkpoint' ? owner.slug : (selection.checkpoint ?? undefined);
  const seed = selection.seedLocked ? selection.seed : null;
  return {
    owner,
    parts: {
      ...companionParts(declaration, selection),
      ...(kind === 'part' ? ownPart(owner, selection) : {}),
    },
    ...(kind === 'preset' ? { preset: owner.slug } : {}),
    ...(outfit === null ? {} : { outfit_name: outfit }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    stackLoras: false,
    ...(selection.background === null ? {} : { background: selection.background }),
    faceDetail: selection.faceDetail,
    handDetail: selection.handDetail,
    extra_positive: selection.extraPositive,
    extra_negative: selection.extraNegative,
    ...(seed === null ? {} : { seed }),
    ...(selection.width === null ? {} : { width: selection.width }),
    ...(selection.height === null ? {} : { height: selection.height }),
    cover: 'keep',
    nsfw: 'all',
  };
}

function ownPart({ category, slug }: { category: CategoryName; slug: string }, selection: Selection): Parts {
  const part = {
    slug,
    ...(selection.fields === null ? {} : { fields: [...selection.fields] }),
    ...(selection.loraWeight === null ? {} : { weight: selection.loraWeight }),
  };
  return { [category]: [part] };
}

/** Only what the page has a picker for: a remembered companion of a picker that is gone does not come along unseen. */
function companionParts({ pickers }: Pick<CategoryDeclaration, 'pickers'>, { companions }: Selection): Parts {
  const parts: Parts = {};
  for (const { category } of pickers) {
    const slugs = companions[category];
    if (slugs === undefined || slugs.length === 0 || !isPart(category)) continue;
    parts[category] = slugs.map((slug) => ({ slug }));
  }
  return parts;
}

function isPart(category: CategoryName): category is PartName & CategoryName {
  return partCategories.some(({ name }) => name === category);
}

/** The same recipe as the body of `…/generate`, where the address says whose it is. */
export function generateInput(
  recipe: Recipe,
  count: number,
  cover: Recipe['cover'] | undefined,
): GenerateInput {
  const { owner: _owner, cover: _cover, preset: _preset, ...rest } = recipe;
  return { ...rest, count, ...(cover === undefined ? {} : { cover }) };
}
