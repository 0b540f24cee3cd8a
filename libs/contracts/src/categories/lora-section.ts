import type { PromptSection } from './declaration.ts';

/** The triggers of an entity's LoRA: a field like any other, so that people can leave them out. */
export const loraSection: PromptSection = {
  name: 'lora',
  label: 'LoRA',
  keys: ['lora_triggers'],
  // Triggers follow the order of the loader chain and not that of the sections: composition places them itself.
  main: null,
};
