import type { GenerationDefaults } from '@gaze/contracts';
import { checkpointDefaults } from '@gaze/contracts';
import { templateDefaults } from '@gaze/domain';
import type { EntityLoader } from '@gaze/domain';
import { templateOf } from './template.ts';

/** All that a prompt needs besides the entities: the checkpoint that would render, and its template. */
export async function generationDefaults(
  deps: { dataDir: string; loader: EntityLoader; defaultCheckpoint: () => Promise<string | null> },
  asked: string | undefined,
): Promise<GenerationDefaults> {
  const plain = await templateOf(deps.dataDir, {});
  const wanted = asked ?? (await deps.defaultCheckpoint()) ?? templateDefaults(plain.workflow).checkpoint;
  const found = await deps.loader.checkpoint(wanted);
  const data = found?.data ?? { checkpoint_path: wanted, ...checkpointDefaults };
  const template = await templateOf(deps.dataDir, data);
  return {
    template: { name: template.name, hash: template.hash, ...templateDefaults(template.workflow) },
    checkpoint: { path: found?.id ?? wanted, slug: found?.slug ?? null, name: found?.name ?? wanted, data },
  };
}
