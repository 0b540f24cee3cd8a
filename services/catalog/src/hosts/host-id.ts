import { createHash } from 'node:crypto';
import { parseNamedHost } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';

/** ComfyUI's own address, where nobody named another. */
const defaultUrl = 'http://127.0.0.1:8188';

export interface KnownHost {
  id: string;
  name: string;
  url: string;
}

/** The id of a host: the same address is the same host, whatever it is called. */
export function hostIdOf(normalisedUrl: string): string {
  return createHash('sha256').update(normalisedUrl).digest('hex').slice(0, 12);
}

/**
 * The hosts that the environment names, each `url` or `name=url`; the first name of an address counts.
 * @throws GazeError invalid_input for what is no address
 */
export function environmentHosts(comfyUrls: readonly string[]): KnownHost[] {
  const given = comfyUrls.map((text) => text.trim()).filter((text) => text !== '');
  const hosts = new Map<string, KnownHost>();
  for (const text of given.length === 0 ? [defaultUrl] : given) {
    const parsed = parseNamedHost(text);
    if (parsed === null) {
      throw new GazeError(
        'invalid_input',
        `COMFYUI_URLS holds «${text}», which is no http address. Write it like ${defaultUrl} or Atelier=${defaultUrl}.`,
      );
    }
    const id = hostIdOf(parsed.url);
    if (!hosts.has(id)) hosts.set(id, { id, ...parsed });
  }
  return [...hosts.values()];
}
