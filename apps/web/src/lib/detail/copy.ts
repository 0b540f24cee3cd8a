import type { Prompts } from '@gaze/contracts';
import { copyText as toClipboard } from '#lib/ui/copy.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { promptsAsText } from './prompts-text.ts';

export async function copyText(what: string, text: string): Promise<void> {
  if (await toClipboard(text)) toasts.show({ title: `${what} copied` });
  else
    toasts.show({ tone: 'bad', title: `${what} not copied`, text: 'This browser does not allow it here.' });
}

export function copyPrompts(prompts: Prompts): Promise<void> {
  return copyText('Prompts', promptsAsText(prompts));
}
