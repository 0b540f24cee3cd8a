import type { HostCapabilities } from '@gaze/contracts';
import { DomainError, quote } from '../errors.ts';

/**
 * The host's own spelling of a file name: `/` and `\` are equal, case counts. Undefined: the host lacks it.
 * Lists hold thousands of names, nearly always with one kind of separator, so those two spellings are tried first.
 */
export function hostSpelling(name: string, names: readonly string[]): string | undefined {
  const slashed = name.replaceAll('\\', '/');
  const candidates = new Set([name, slashed, slashed.replaceAll('/', '\\')]);
  for (const candidate of candidates) if (names.includes(candidate)) return candidate;
  if (!slashed.includes('/')) return undefined;
  return names.find((other) => other.length === slashed.length && other.replaceAll('\\', '/') === slashed);
}

const lists = {
  checkpoints: { field: 'ckpt_name', what: 'the checkpoint' },
  loras: { field: 'lora_name', what: 'the LoRA' },
  vaes: { field: 'vae_name', what: 'the VAE' },
  samplers: { field: 'sampler_name', what: 'the sampler' },
  schedulers: { field: 'scheduler', what: 'the scheduler' },
} as const;

/** As `hostSpelling`. @throws DomainError no_host_has_file naming host and file, where the host lacks it */
export function requireOnHost(host: HostCapabilities, list: keyof typeof lists, name: string): string {
  const spelling = hostSpelling(name, host[list]);
  if (spelling !== undefined) return spelling;
  const { field, what } = lists[list];
  throw new DomainError('no_host_has_file', `${host.host_name} does not have ${what} ${quote(name, 200)}.`, {
    file: name,
    field,
  });
}
