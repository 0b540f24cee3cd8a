import { z } from 'zod';

export const categoryNames = [
  'characters',
  'looks',
  'outfits',
  'actions',
  'styles',
  'scenes',
  'detailers',
  'checkpoints',
  'presets',
] as const;

/** One of the nine kinds. A string enum here, so that a tenth declaration is one more name and one more file. */
export const CategoryName = z.enum(categoryNames);
export type CategoryName = z.infer<typeof CategoryName>;

/** How the keys of a section enter one of the face and hand prompts. */
export interface PromptPart {
  /** Rank among the sections of that prompt: lower stands first. */
  order: number;
  /** Keys that take part, in the order in which they appear there. */
  keys: readonly string[];
}

/** A group of prompt fields of an entity, addressed `section::key`. */
export interface PromptSection {
  name: string;
  label: string;
  /** Keys in canonical order; output follows this order, never the order of selection. */
  keys: readonly string[];
  /** The keys lie at the top of the JSON (`positive` of a look) and not under an object named like the section. */
  atRoot?: boolean;
  /** Values may be outfits by name, each with the section's keys (a character's wardrobe). */
  nested?: boolean;
  /** Rank in the main prompt; null keeps the section out of it (a look's `negative` has its own road). */
  main: number | null;
  face?: PromptPart;
  hand?: PromptPart;
  /** Keys of the section that are data but never prompt text, such as colours. */
  silentKeys?: readonly string[];
  /** Keys that belong to the negative prompt. */
  negativeKeys?: readonly string[];
  /** The key that takes text which has no place of its own, when an entity of another category becomes one of this. */
  freeKey?: string;
}

/** Where an entity's LoRA sits in the chain of loaders. */
export interface LoraSlot {
  /** Node id of the workflow: 16, 17, 18 or 19. */
  node: 16 | 17 | 18 | 19;
  /** Among the categories that share a node, the lowest rank wins it. */
  priority: number;
  /** Rank among the further LoRAs of `stackLoras`; null: never stacked. */
  stackOrder: number | null;
}

export interface TagField {
  key: string;
  label: string;
  kind: 'text' | 'list';
}

export interface Picker {
  category: CategoryName;
  random: boolean;
  label: string;
}

/**
 * All that GAZE knows about a category. Sync, library, detail page, edit form, search, API and LLM jobs read
 * this and nothing else, so that a further category is a declaration, a data folder and a system prompt.
 */
export interface CategoryDeclaration {
  name: CategoryName;
  /** Key of the category in JSON ids (`outfit_id`), prompts files and presets. */
  singular: string;
  label: string;
  labelSingular: string;
  /** Folder under the data directory. */
  folder: string;
  /** Name of a lucide icon. */
  icon: string;
  idField: string;
  nameField: string;
  /** `strip` drops every character outside [a-zA-Z0-9_]; `underscore` replaces it. */
  slugRule: 'strip' | 'underscore';
  /** Loose: unknown keys pass, common slips of hand-written JSON are understood. */
  schema: z.ZodType;
  sections: readonly PromptSection[];
  /** What a new entity has beside its sections, LoRA and tags. */
  blank?: Readonly<Record<string, unknown>>;
  /** Fields of a character (`section::key`, or a whole `section`) that a selected entity of this category replaces. */
  replaces: readonly string[];
  /** Only an entity that holds prompt text replaces them; an outfit or scene may leave all of it to its LoRA. */
  replacesOnlyPopulated?: boolean;
  lora: LoraSlot | null;
  /** Prefix of LoRA names below ComfyUI's `loras` folder. */
  loraFolder: string | null;
  tags: readonly TagField[];
  /** Tag keys whose value is shown under the name on a card, first that is there. */
  subtitle: readonly string[];
  systemPrompt: string;
  /** What can come along on the detail page. */
  pickers: readonly Picker[];
  /** One or several of this category in one recipe. */
  choice: 'one' | 'many';
  generation: {
    /** Entities of this category can own a recipe of parts. Presets resolve to one instead. */
    kind: 'part' | 'checkpoint' | 'preset';
    /** Whether the plain background is on unless the request says otherwise. */
    background: boolean;
    /** Whether a finished picture becomes the cover unless the request says otherwise. */
    cover: 'keep' | 'replace';
    /** A character is drawn when none is chosen for a bulk cover. */
    randomCharacter: boolean;
  };
}

const text = z.union([z.string(), z.array(z.union([z.string(), z.null()])), z.null()], {
  error: 'must be text or a list of texts',
});

/** A prompt value: text, list of texts, or absent. A number or an object there is a fault of the file. */
export const PromptValue = text.optional();

/** `true`, `"true"`, `false`, `"false"`: people write both. */
export const LooseBoolean = z.union(
  [z.boolean(), z.string().regex(/^\s*(true|false)\s*$/i, 'must be true or false'), z.null()],
  {
    error: 'must be true or false',
  },
);

const LooseNumber = z.union([z.number(), z.string(), z.null()], { error: 'must be a number' });

export const Lora = z
  .looseObject({
    lora_name: z.union([z.string(), z.null()]).optional(),
    lora_weight: LooseNumber.optional(),
    lora_weight_min: LooseNumber.optional(),
    lora_weight_max: LooseNumber.optional(),
    lora_triggers: PromptValue,
  })
  .nullable()
  .optional();

/** An object whose named keys are prompt values and whose other keys pass. */
export function promptSection(keys: readonly string[]): z.ZodType {
  return z
    .looseObject(Object.fromEntries(keys.map((key) => [key, PromptValue])))
    .nullable()
    .optional();
}

/** Tags are an object; a list of words is the original's old form and is read, marked and migrated on request. */
export function tagSchema(fields: readonly TagField[]): z.ZodType {
  const shape: Record<string, z.ZodType> = { nsfw: LooseBoolean.optional() };
  for (const field of fields) shape[field.key] = PromptValue;
  return z
    .union([z.looseObject(shape), z.array(z.string())])
    .nullable()
    .optional();
}
