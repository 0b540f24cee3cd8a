import { action } from './action.ts';
import { character } from './character.ts';
import { checkpoint } from './checkpoint.ts';
import type { CategoryDeclaration, CategoryName } from './declaration.ts';
import { detailer } from './detailer.ts';
import { look } from './look.ts';
import { outfit } from './outfit.ts';
import { preset } from './preset.ts';
import { scene } from './scene.ts';
import { style } from './style.ts';

/** Every category, in the order of the navigation; also the order in which parts are drawn and composed. */
export const categories: Readonly<Record<CategoryName, CategoryDeclaration>> = {
  characters: character,
  looks: look,
  outfits: outfit,
  actions: action,
  styles: style,
  scenes: scene,
  detailers: detailer,
  checkpoints: checkpoint,
  presets: preset,
};

export const categoryList: readonly CategoryDeclaration[] = Object.values(categories);

/** The categories whose entities are parts of a prompt. */
export const partCategories: readonly CategoryDeclaration[] = categoryList.filter(
  (c) => c.generation.kind === 'part',
);

/** The category named by a singular word such as `outfit`, as presets and LLM prompts use it. */
export function categoryBySingular(singular: string): CategoryDeclaration | undefined {
  return categoryList.find((c) => c.singular === singular);
}

export { checkpointDefaults } from './checkpoint.ts';
export { categoryNames, CategoryName, LooseBoolean, PromptValue } from './declaration.ts';
export type {
  CategoryDeclaration,
  LoraSlot,
  Picker,
  PromptPart,
  PromptSection,
  TagField,
} from './declaration.ts';
