import type { HostCheck } from '@gaze/contracts';
import { missingClasses, normaliseHostUrl } from '@gaze/domain';
import { GazeError, whyForbidden } from '@gaze/runtime';
import { buildComfyClient } from '../comfy/client.ts';
import { HostUnreachable } from '../comfy/errors.ts';
import { readCapabilities } from '../comfy/inventory.ts';

/** A person waits: a host that says nothing for this long is called silent. */
const silentMs = 8000;

type Found = Omit<HostCheck, 'url' | 'took_ms'>;

const nothing: Omit<Found, 'outcome' | 'says'> = { version: null, device: null, files: null, missing: [] };

/**
 * Looks at an address that a person wants to add. What goes wrong is an answer, not an error: that is what was asked.
 * @throws GazeError invalid_input for what is no http address
 */
export async function checkHost(given: string, stopped: AbortSignal): Promise<HostCheck> {
  const began = performance.now();
  const url = normaliseHostUrl(given);
  if (url === null)
    throw new GazeError('invalid_input', 'This is no http address. Write it like http://192.168.1.20:8188.', {
      field: 'url',
    });
  return { ...(await look(url, stopped)), url, took_ms: Math.round(performance.now() - began) };
}

async function look(url: string, stopped: AbortSignal): Promise<Found> {
  const forbidden = await whyForbidden(new URL(url));
  if (forbidden !== null) return { outcome: 'forbidden', says: forbidden, ...nothing };
  const client = buildComfyClient(url, { signal: stopped, silentMs });
  try {
    const { version, device } = await client.system();
    const capabilities = readCapabilities(url, await client.objectInfo());
    const { checkpoints, loras, vaes, classes } = capabilities;
    const missing = missingClasses(classes);
    const files = { checkpoints: checkpoints.length, loras: loras.length, vaes: vaes.length };
    return {
      outcome: 'works',
      says: praise(version, files, missing.length),
      version,
      device,
      files,
      missing,
    };
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error;
    return { outcome: error.kind, says: `${sentence(error.reason)} ${advice[error.kind]}`, ...nothing };
  }
}

function praise(
  version: string | null,
  files: { checkpoints: number; loras: number },
  missing: number,
): string {
  const name = version === null ? 'ComfyUI' : `ComfyUI ${version}`;
  const has = `${files.checkpoints} ${files.checkpoints === 1 ? 'checkpoint' : 'checkpoints'} and ${files.loras} ${files.loras === 1 ? 'LoRA' : 'LoRAs'}`;
  return `${name} answers; it has ${has}${missing === 0 ? '.' : `, and lacks ${missing} ${missing === 1 ? 'node' : 'nodes'}.`}`;
}

/** Some reasons begin with the path that was asked for. */
const sentence = (reason: string): string =>
  reason.startsWith('/') ? `Its ${reason}.` : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;

const advice = {
  unreachable: 'Check the address and the port, and that ComfyUI listens for other machines (--listen).',
  silent: 'Check that ComfyUI runs there and no firewall swallows the question.',
  refused: 'Change that, then look again.',
  not_comfyui: 'Check the address and the port.',
} as const;
