import type { Prompts } from '@gaze/contracts';
import type { Graph } from './graph.ts';

/** Where a template wants its prompts. */
export const placeholders = {
  positive: '{{POSITIVE_PROMPT}}',
  face: '{{FACE_PROMPT}}',
  hand: '{{HAND_PROMPT}}',
  negative: '{{NEGATIVE_PROMPT}}',
} as const;

const names = { POSITIVE: 'positive', FACE: 'face', HAND: 'hand', NEGATIVE: 'negative' } as const;
const placeholder = /\{\{(POSITIVE|FACE|HAND|NEGATIVE)_PROMPT\}\}/g;

export type PlaceholderName = keyof typeof placeholders;

/** Final texts of the prompts, by placeholder. */
export type PromptTexts = { positive: string } & Pick<Prompts, 'face' | 'hand' | 'negative'>;

/**
 * Puts the prompts in the place of their placeholders, inside of string inputs. One pass: what is put in is data,
 * arrives byte for byte, and is not looked through again.
 * @returns the placeholders that were there
 */
export function fillPlaceholders(graph: Graph, texts: PromptTexts): Set<PlaceholderName> {
  const met = new Set<PlaceholderName>();
  for (const node of graph.values()) {
    for (const [name, value] of Object.entries(node.inputs)) {
      if (typeof value !== 'string' || !value.includes('{{')) continue;
      node.inputs[name] = value.replace(placeholder, (_, word: keyof typeof names) => {
        met.add(names[word]);
        return texts[names[word]];
      });
    }
  }
  return met;
}
