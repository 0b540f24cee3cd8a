import type { Prompts } from '@gaze/contracts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { promptsAsText } from './prompts-text.ts';

export async function copyText(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.show({ title: `${what} copied` });
  } catch (error) {
    toasts.failed(`${what} could not be copied`, error);
  }
}

export function copyPrompts(prompts: Prompts): Promise<void> {
  return copyText('Prompts', promptsAsText(prompts));
}
