import type { LlmProviderKind } from '@gaze/contracts';

/** What most likely stands at an address, where nobody has said: by its name, else by the port that it uses by default. */
export function providerKindOf(baseUrl: string): LlmProviderKind {
  const host = hostOf(baseUrl);
  if (/(^|\.)openrouter\.ai$/.test(host.replace(/:\d+$/, ''))) return 'openrouter';
  if (host.endsWith(':11434')) return 'ollama';
  return host.endsWith(':1234') ? 'lmstudio' : 'openai';
}

/** Whether two addresses lead to the same server: a key that was entered for one must not be sent to another. */
export function isSameServer(a: string, b: string): boolean {
  return schemeOf(a) === schemeOf(b) && hostOf(a) === hostOf(b);
}

const schemeOf = (url: string): string => /^[a-z]+/i.exec(url)?.[0].toLowerCase() ?? '';

/** Name and port; the port that a scheme has by default is left out. */
function hostOf(url: string): string {
  const host = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return host.replace(schemeOf(url) === 'https' ? /:443$/ : /:80$/, '');
}
