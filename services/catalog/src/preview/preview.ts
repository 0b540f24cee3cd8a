import { randomBytes } from 'node:crypto';
import type { Prompts, Recipe } from '@gaze/contracts';
import { catalogRpc } from '@gaze/contracts';
import { buildPrompts, resolveSnapshot } from '@gaze/domain';
import type { EntityLoader } from '@gaze/domain';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Template } from '../library/template.ts';

export interface PreviewDeps {
  loader: EntityLoader;
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  defaultCheckpoint: () => Promise<string | null>;
  log: Log;
}

export interface Preview {
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** The prompts that a recipe would render with now. Random parts are drawn, so another answer may follow. */
export function buildPreview(deps: PreviewDeps): Preview {
  return {
    serve: (nc) => [
      serveRpc(nc, catalogRpc.previewPrompt, ({ recipe }) => previewOf(deps, recipe), { log: deps.log }),
    ],
  };
}

async function previewOf(
  deps: PreviewDeps,
  recipe: Recipe,
): Promise<{ prompts: Prompts; notes: string[]; checkpoint: string }> {
  const snapshot = await resolveSnapshot(recipe, deps.loader, draw, {
    defaultCheckpoint: await deps.defaultCheckpoint(),
    templateFor: deps.templateFor,
  });
  const template = await deps.templateFor(snapshot.checkpoint.data);
  return {
    prompts: buildPrompts(snapshot, template.workflow),
    notes: snapshot.notes,
    checkpoint: snapshot.checkpoint.path,
  };
}

/** A number in [0, 1). */
const draw = (): number => randomBytes(6).readUIntBE(0, 6) / 2 ** 48;
