import type { CategoryName, GenerationRecord, Prompts, Snapshot, SnapshotPart } from '@gaze/contracts';
import { categories } from '@gaze/contracts';
import { buildPrompts, normaliseFileName, pinDraws, resolveSnapshot } from '@gaze/domain';
import type { EntityLoader, SourceEntity } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import type { DbOrTrx } from '../db/connect.ts';
import { bytesOfText } from '../editing/versions.ts';
import { textOfHash } from '../editing/revision-store.ts';
import { parseEntity } from '../library/parse-entity.ts';
import type { Template } from '../library/template.ts';

interface Deps {
  db: DbOrTrx;
  loader: EntityLoader;
}

/**
 * The snapshot of a picture whose job is forgotten, made anew from its record and the versions that it names. Draws
 * cannot be repeated, so its prompts are held against those of the record.
 * @throws GazeError invalid_input with a sentence about what is not kept any more
 */
export async function snapshotOfRecord({ db, loader }: Deps, record: GenerationRecord): Promise<Snapshot> {
  const template = await keptTemplate(db, record);
  const snapshot = await resolveSnapshot(
    {
      ...pinDraws(record.recipe, record.entities),
      seed: record.seed,
      checkpoint: record.checkpoint,
    },
    loaderOfThen(db, loader, record),
    () => 0,
    { defaultCheckpoint: record.checkpoint, templateFor: () => Promise.resolve(template) },
  );
  const same: Snapshot = {
    ...snapshot,
    ...(record.active_outfit === undefined ? {} : { active_outfit: record.active_outfit }),
    width: record.width,
    height: record.height,
    parts: snapshot.parts.map((part) => atRecordedWeight(part, record)),
  };
  if (!areEqual(buildPrompts(same, template.workflow), record.prompts))
    throw lost(
      'its prompts would be others: wildcards, random fields or saved selections were different then, and they are kept with a job for 30 days',
    );
  return same;
}

/** The refusal: what is missing, and what can be done instead. */
function lost(what: string): GazeError {
  return new GazeError('invalid_input', `This picture cannot be made again exactly: ${what}.`, {
    field: 'exactly',
    hint: 'Make it again with today’s entries, or open it in the generator.',
  });
}

async function keptTemplate(db: DbOrTrx, { template }: GenerationRecord): Promise<Template> {
  const row = await db
    .selectFrom('template')
    .select('workflow')
    .where('hash', '=', template.hash)
    .executeTakeFirst();
  if (row === undefined) throw lost(`its workflow «${template.name}» is not kept any more`);
  return { ...template, workflow: row.workflow };
}

/** Entities as they were when the picture was made. */
function loaderOfThen(db: DbOrTrx, loader: EntityLoader, record: GenerationRecord): EntityLoader {
  const then = async (category: CategoryName, today: SourceEntity | null, slug: string) => {
    const used = record.entities.find((one) => one.category === category && one.slug === slug);
    return used === undefined || today?.revision === used.revision
      ? today
      : entityOfThen(db, category, used, today);
  };
  return {
    ...loader,
    entity: async (category, slug) => then(category, await loader.entity(category, slug), slug),
    async byId(category, id) {
      const today = await loader.byId(category, id);
      return then(category, today, today?.slug ?? id);
    },
    async checkpoint(pathOrSlug) {
      const today = await loader.checkpoint(pathOrSlug);
      return today === null ? null : checkpointOfThen(db, today, record);
    },
  };
}

async function entityOfThen(
  db: DbOrTrx,
  category: CategoryName,
  used: GenerationRecord['entities'][number],
  today: SourceEntity | null,
): Promise<SourceEntity> {
  const text = await textOfHash(db, category, used.slug, used.revision);
  if (text === null) throw lost(`the version of ${used.name} that it was made from is not kept any more`);
  return {
    ...(today ?? { id: used.slug, default_fields: [], active_outfit: null, is_nsfw: false }),
    ...{ category, slug: used.slug, name: used.name, revision: used.revision },
    data: dataOf(category, text, used.name),
  };
}

/** Records do not name the version of a checkpoint: it is the one that counted at that moment. */
async function checkpointOfThen(
  db: DbOrTrx,
  today: SourceEntity,
  record: GenerationRecord,
): Promise<SourceEntity> {
  const next = await db
    .selectFrom('entity_revision')
    .select(['before_hash', 'before_text'])
    .where('category', '=', 'checkpoints')
    .where('slug', '=', today.slug)
    .where('state', '=', 'done')
    .where('created_at', '>', new Date(record.created_at))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (next === undefined) return today;
  if (next.before_text === null || next.before_hash === null)
    throw lost(`the version of ${today.name} that it was made with is not kept any more`);
  return {
    ...today,
    revision: next.before_hash,
    data: dataOf('checkpoints', next.before_text, today.name),
  };
}

function dataOf(category: CategoryName, text: string, name: string): SourceEntity['data'] {
  const parsed = parseEntity(bytesOfText(text, false), categories[category]);
  if (!parsed.ok) throw lost(`the version of ${name} that it was made from cannot be read`);
  return parsed.data;
}

/** A weight that was drawn is in the record. */
function atRecordedWeight(part: SnapshotPart, { loras }: GenerationRecord): SnapshotPart {
  const { lora } = part;
  if (lora === null) return part;
  const recorded = loras.find(({ name }) => normaliseFileName(name) === normaliseFileName(lora.name));
  return recorded === undefined ? part : { ...part, lora: { ...lora, weight: recorded.weight } };
}

const areEqual = (a: Prompts, b: Prompts): boolean =>
  a.main === b.main && a.face === b.face && a.hand === b.hand && a.negative === b.negative;
