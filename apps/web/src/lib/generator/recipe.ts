import type { Recipe } from '@gaze/contracts';
import { partCategories } from '@gaze/contracts';
import type { ChosenPart, GeneratorChoice, PartName } from './choice.ts';
import { partsOf } from './choice.ts';

/** The categories that a recipe has parts of, in the order in which they are composed. */
export const partNames = partCategories.map(({ name }) => name as PartName);

/** The recipe that Generate sends, and that the prompts beside it are composed from. */
export function recipeOfChoice(choice: GeneratorChoice): Recipe {
  const seed = choice.seedLocked ? choice.seed : null;
  return {
    owner: null,
    parts: Object.fromEntries(
      partNames.flatMap((name) => {
        const parts = partsOf(choice, name);
        return parts.length === 0 ? [] : [[name, parts.map(request)]];
      }),
    ),
    ...(choice.outfit === null ? {} : { outfit_name: choice.outfit }),
    ...(choice.checkpoint === null ? {} : { checkpoint: choice.checkpoint }),
    stackLoras: choice.stackLoras,
    ...(choice.background === null ? {} : { background: choice.background }),
    faceDetail: choice.faceDetail,
    handDetail: choice.handDetail,
    extra_positive: choice.extraPositive,
    extra_negative: choice.extraNegative,
    ...(seed === null ? {} : { seed }),
    ...(choice.width === null ? {} : { width: choice.width }),
    ...(choice.height === null ? {} : { height: choice.height }),
    cover: 'keep',
    nsfw: 'all',
  };
}

function request({ slug, fields, weight, useLora }: ChosenPart) {
  return {
    slug,
    ...(fields === null ? {} : { fields: [...fields] }),
    ...(weight === null ? {} : { weight }),
    ...(useLora ? {} : { use_lora: false }),
  };
}
