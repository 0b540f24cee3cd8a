import { compatibilityRpc } from '@gaze/contracts';
import type { CompatibilityReply, FileFacts, HostFacts, Recipe } from '@gaze/contracts';
import {
  buildPrompts,
  fileKey,
  loadMsFor,
  neededFiles,
  normaliseFileName,
  resolveSnapshot,
  verdictOf,
} from '@gaze/domain';
import type { EntityLoader, NeededFile } from '@gaze/domain';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { BookedHost } from '../hosts/hosts.ts';
import type { Template } from '../library/template.ts';

export interface CompatibilityDeps {
  db: Db;
  loader: EntityLoader;
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  defaultCheckpoint: () => Promise<string | null>;
  hosts: () => BookedHost[];
  log: Log;
}

export interface Compatibility {
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

/** Whether a recipe's files go together, which hosts have them, and what the first picture costs. */
export function buildCompatibility(deps: CompatibilityDeps): Compatibility {
  return {
    serve: (nc) => [
      serveRpc(nc, compatibilityRpc.of, ({ recipe }) => compatibilityOf(deps, recipe), { log: deps.log }),
    ],
  };
}

async function compatibilityOf(deps: CompatibilityDeps, recipe: Recipe): Promise<CompatibilityReply> {
  // Nothing is made of these draws.
  const snapshot = await resolveSnapshot(recipe, deps.loader, () => Math.random(), {
    defaultCheckpoint: await deps.defaultCheckpoint(),
    templateFor: deps.templateFor,
  });
  const template = await deps.templateFor(snapshot.checkpoint.data);
  const needed = neededFiles(snapshot);
  const files = await factsOf(deps.db, needed);
  const hosts = deps.hosts().map((host) => hostFacts(host, needed));
  const verdict = verdictOf({ snapshot, prompts: buildPrompts(snapshot, template.workflow), files, hosts });
  return { verdict, files, hosts, notes: snapshot.notes };
}

/** What the headers of model files say; of files that lie on hosts alone nobody has read one. */
async function factsOf(db: Db, needed: readonly NeededFile[]): Promise<FileFacts[]> {
  const rows = await db
    .selectFrom('model_file')
    .select(['kind', 'name', 'base_model', 'triggers'])
    .where(
      'name',
      'in',
      needed.map(({ name }) => normaliseFileName(name)),
    )
    .where('gone_at', 'is', null)
    .execute();
  return needed.map(({ kind, name }) => {
    const path = normaliseFileName(name);
    const row = rows.find((other) => other.kind === kind && other.name === path);
    return { kind, name: path, base_model: row?.base_model ?? null, triggers: row?.triggers ?? [] };
  });
}

function hostFacts(host: BookedHost, needed: readonly NeededFile[]): HostFacts {
  const checkpoint = needed.find(({ kind }) => kind === 'checkpoint');
  const wanted = checkpoint === undefined ? null : normaliseFileName(checkpoint.name);
  return {
    id: host.id,
    name: host.name,
    // One that nobody holds takes no work, whatever it said when somebody did.
    state: host.state === 'up' && !host.held ? 'unknown' : host.state,
    reason: host.reason,
    is_known: host.inventoryFresh || host.files.size > 0,
    missing: needed
      .filter(({ kind, name }) => !host.files.has(fileKey(kind, name)))
      .map(({ name }) => normaliseFileName(name)),
    is_loaded: wanted !== null && host.loaded.checkpoint === wanted,
    load_seconds: loadMsFor(host, host.loaded.checkpoint, wanted) / 1000,
    image_seconds: host.imageMs / 1000,
  };
}
