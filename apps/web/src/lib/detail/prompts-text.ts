import type { Prompts } from '@gaze/contracts';

/** All four prompts as text for a clipboard; empty ones are left out. */
export function promptsAsText(prompts: Prompts): string {
  const parts = [
    ['Main', prompts.main],
    ['Face', prompts.face],
    ['Hand', prompts.hand],
    ['Negative', prompts.negative],
  ] as const;
  return parts
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label}:\n${text}`)
    .join('\n\n');
}
