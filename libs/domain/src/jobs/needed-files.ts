import type { Snapshot } from '@gaze/contracts';
import { loraChain } from '../snapshot/lora-chain.ts';
import type { NeededFile } from './files.ts';

/** The files that a host must have to render a snapshot: its checkpoint, the LoRAs that get wired, a VAE of its own. */
export function neededFiles(snapshot: Snapshot): NeededFile[] {
  const loras = loraChain(snapshot.parts, snapshot.stack_loras).links.flatMap(({ part }) =>
    part.lora === null ? [] : [part.lora.name],
  );
  const vae = snapshot.checkpoint.data.vae;
  const ownVae = typeof vae === 'string' && vae.trim() !== '' && vae.trim().toLowerCase() !== 'integrated';
  return [
    { kind: 'checkpoint', name: snapshot.checkpoint.path },
    ...[...new Set(loras)].map((name): NeededFile => ({ kind: 'lora', name })),
    ...(ownVae ? [{ kind: 'vae', name: vae.trim() } satisfies NeededFile] : []),
  ];
}
