import { randomBytes } from 'node:crypto';
import type { JobView, Snapshot, Submission } from '@gaze/contracts';
import type { NeededFile } from '@gaze/domain';
import {
  fairWaitMs,
  farBack,
  fileKey,
  listedFiles,
  neededFiles,
  ownerOf,
  resolveSnapshot,
  toldPlaces,
} from '@gaze/domain';
import type { EntityLoader } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Insertable } from 'kysely';
import type { z } from 'zod';
import type { Db, DbOrTrx } from '../db/connect.ts';
import type { JobTable } from '../db/schema.ts';
import type { BookedHost } from '../hosts/hosts.ts';
import type { Images } from '../images/images.ts';
import type { Template } from '../library/template.ts';
import { openColumns } from '../scheduler/board.ts';
import type { OpenRow } from '../scheduler/board.ts';
import { batchOfKey, claimKey } from './idempotency.ts';
import { newId } from './job-ids.ts';
import { rememberedReads } from './remembered-reads.ts';
import type { Templates } from './templates.ts';
import { jobViews } from './views.ts';

export type SubmissionInput = z.output<typeof Submission>;

export interface Submitted {
  batch_id: string;
  jobs: JobView[];
  notes: string[];
  replayed: boolean;
}

export interface SubmitDeps {
  db: Db;
  images: Images;
  loader: EntityLoader;
  templateFor: (checkpointData: Record<string, unknown>) => Promise<Template>;
  defaultCheckpoint: () => Promise<string | null>;
  hosts: () => BookedHost[];
  /** How the queue is filled right now: what a fair wait is measured by. */
  queue: () => { open: number; switchShare: number };
  templates: Templates;
  /** Called after the commit. */
  submitted: (jobs: OpenRow[]) => void;
}

export interface Resolved {
  snapshot: Snapshot;
  files: NeededFile[];
  /** What the job is called where neither the request nor its entities say it. */
  label?: string;
}

/** How resolved work is queued. */
export type Order = Pick<SubmissionInput, 'lane' | 'label' | 'batch' | 'idempotency'>;

/**
 * Takes a recipe as one batch of `count` jobs: when it answers, they are durable. Each job draws anew.
 * @throws GazeError, or a DomainError of the recipe, before anything is written
 */
export async function submit(deps: SubmitDeps, input: SubmissionInput): Promise<Submitted> {
  const { idempotency } = input;
  const before = idempotency === undefined ? null : await batchOfKey(deps.db, idempotency);
  if (before !== null) return replay(deps, before, input);

  const templates = new Map<string, Template>();
  const resolved = await resolveAll({ ...deps, ...rememberedReads(deps) }, input, templates);
  return (await enqueue(deps, input, resolved, templates)) ?? submit(deps, input);
}

/**
 * Queues what is resolved already, all of it or nothing.
 * @returns null where the Idempotency-Key was claimed by somebody else meanwhile
 * @throws GazeError no_host_has_file before anything is written
 */
export async function enqueue(
  deps: SubmitDeps,
  input: Order,
  resolved: readonly Resolved[],
  templates: ReadonlyMap<string, Template>,
): Promise<Submitted | null> {
  const { db } = deps;
  const { idempotency } = input;
  const draft = draftOf(deps, input, resolved);
  const fresh = deps.templates.unknown([...templates.values()]);
  const alone = idempotency === undefined && fresh.length === 0;
  const made = await (
    alone
      ? // One statement is its own transaction, and the shortest one.
        insertDrafts(db, [draft])
      : db.transaction().execute(async (trx) => {
          await deps.templates.store(trx, fresh);
          const inserted = await insertDrafts(trx, [draft]);
          if (idempotency !== undefined && !(await claimKey(trx, idempotency, draft.batch.id)))
            throw new KeyTaken();
          return inserted;
        })
  ).catch((error: unknown) => {
    if (error instanceof KeyTaken) return null;
    throw error;
  });
  if (made === null) return null;
  deps.templates.stored(fresh);
  deps.submitted(made);
  const ids = draft.rows.map((row) => row.id);
  return {
    batch_id: draft.batch.id,
    jobs: await jobViews(db, deps.images, ids),
    notes: draft.notes,
    replayed: false,
  };
}

/** One submission as it is to be written. */
export interface Draft {
  batch: { id: string; label: string; count: number };
  rows: (Insertable<JobTable> & { label: string; id: string })[];
  notes: string[];
}

/**
 * @param ahead jobs of the same chunk that come before these
 * @throws GazeError no_host_has_file
 */
export function draftOf(deps: SubmitDeps, input: Order, resolved: readonly Resolved[], ahead = 0): Draft {
  for (const { files } of resolved) refuseWhereNoHostHas(files, deps.hosts());
  const id = input.batch?.id ?? newId();
  const rows = jobRows(deps, input, id, resolved, ahead);
  const batch = { id, label: input.batch?.label ?? rows[0]?.label ?? '', count: rows.length };
  return { batch, rows, notes: notesOf(resolved) };
}

/** Two requests with one key at once: the other one was first, and its batch is the answer. */
class KeyTaken extends Error {}

/**
 * Writes jobs and their batches in one statement: a batch is made, or made larger where others of the same run have
 * made it. Answers the jobs as placing reads them.
 */
export async function insertDrafts(db: DbOrTrx, drafts: readonly Draft[]): Promise<OpenRow[]> {
  const batches = new Map<string, Draft['batch']>();
  for (const { batch } of drafts) {
    const count = (batches.get(batch.id)?.count ?? 0) + batch.count;
    batches.set(batch.id, { ...batch, count });
  }
  return db
    .with('joined', (joined) =>
      joined
        .insertInto('batch')
        .values([...batches.values()].map((batch) => ({ ...batch, kind: 'image' as const })))
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ count: sql<number>`batch.count + excluded.count` }),
        ),
    )
    .insertInto('job')
    .values(drafts.flatMap(({ rows }) => rows))
    .returning(openColumns)
    .execute();
}

/** The answer that a batch got when it came: the same key was sent again. */
export async function replay(
  deps: SubmitDeps,
  batchId: string,
  input?: Pick<SubmissionInput, 'batch' | 'recipe'>,
): Promise<Submitted> {
  let select = deps.db.selectFrom('job').select(['id', 'notes']).where('batch_id', '=', batchId);
  // A batch of many requests: those of this one are the jobs of its recipe.
  if (input?.batch !== undefined)
    select = select.where(sql<boolean>`(snapshot->'recipe')::jsonb = ${JSON.stringify(input.recipe)}::jsonb`);
  const rows = await select.orderBy('ordinal').execute();
  const jobs = await jobViews(
    deps.db,
    deps.images,
    rows.map((row) => row.id),
  );
  return { batch_id: batchId, jobs, notes: [...new Set(rows.flatMap((row) => row.notes))], replayed: true };
}

/** Resolves a recipe `count` times; what it used of templates goes into `templates`. */
export async function resolveAll(
  deps: SubmitDeps,
  input: Pick<SubmissionInput, 'recipe' | 'count'>,
  templates: Map<string, Template>,
): Promise<Resolved[]> {
  // Who names a checkpoint does not wait for the setting.
  const named = (input.recipe.checkpoint ?? '').trim() !== '';
  const defaultCheckpoint = named ? null : await deps.defaultCheckpoint();
  const templateFor = async (data: Record<string, unknown>): Promise<Template> => {
    const template = await deps.templateFor(data);
    templates.set(template.hash, template);
    return template;
  };
  const resolved: Resolved[] = [];
  for (let index = 0; index < input.count; index++) {
    const snapshot = await resolveSnapshot(input.recipe, deps.loader, random, {
      defaultCheckpoint,
      templateFor,
      index,
    });
    resolved.push({ snapshot, files: neededFiles(snapshot) });
  }
  const used = new Set(resolved.map(({ snapshot }) => snapshot.template.hash));
  for (const hash of templates.keys()) if (!used.has(hash)) templates.delete(hash);
  return resolved;
}

/** A number in [0, 1) with all of its 53 bits drawn. */
function random(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> 11n) / 2 ** 53;
}

/** @throws GazeError no_host_has_file where every host is known to lack a file: waiting would be in vain */
function refuseWhereNoHostHas(files: readonly NeededFile[], hosts: readonly BookedHost[]): void {
  const enabled = hosts.filter((host) => host.state !== 'disabled');
  if (
    enabled.length === 0 ||
    !enabled.every((host) => host.state === 'up' && host.held && host.inventoryFresh)
  )
    return;
  const missing = files.filter(
    (file) => !enabled.some((host) => host.files.has(fileKey(file.kind, file.name))),
  );
  const [first] = missing;
  if (first === undefined) return;
  const names = enabled.map((host) => host.name).join(', ');
  const kind = missing.length === 1 ? `the ${kindNames[first.kind]} ` : '';
  const keys = missing.map((file) => fileKey(file.kind, file.name));
  throw new GazeError(
    'no_host_has_file',
    `No ComfyUI host has ${kind}${listedFiles(keys)} (asked: ${names}).`,
    {
      field: first.kind === 'checkpoint' ? 'recipe.checkpoint' : undefined,
      file: first.name,
      hint: 'Copy what is missing to a ComfyUI host or choose something else.',
    },
  );
}

const kindNames = { checkpoint: 'checkpoint', lora: 'LoRA', vae: 'VAE' } as const;

function jobRows(
  deps: SubmitDeps,
  input: Order,
  batchId: string,
  resolved: readonly Resolved[],
  before: number,
): Draft['rows'] {
  const { open: alreadyOpen, switchShare } = deps.queue();
  const open = alreadyOpen + before;
  const hosts = deps.hosts().filter((host) => host.state !== 'disabled');
  const up = hosts.filter((host) => host.state === 'up');
  const sharing = up.length > 0 ? up : hosts;
  const mean = (of: (host: BookedHost) => number): number =>
    sharing.reduce((sum, host) => sum + of(host), 0) / Math.max(1, sharing.length);
  const times = {
    hosts: sharing.length,
    imageMs: mean((host) => host.imageMs),
    loadMs: mean((host) => host.loadMs),
    switchShare,
  };
  return resolved.map(({ snapshot, files, label }, ordinal) => {
    const owner = ownerOf(snapshot);
    return {
      id: newId(),
      batch_id: batchId,
      ordinal,
      kind: 'image' as const,
      status: 'waiting' as const,
      lane: input.lane,
      label: input.label ?? label ?? labelOf(snapshot),
      owner_category: owner?.category ?? null,
      owner_slug: owner?.slug ?? null,
      snapshot: JSON.stringify(snapshot),
      template_hash: snapshot.template.hash,
      files: JSON.stringify(files),
      checkpoint: snapshot.checkpoint.path,
      loras: files.filter((file) => file.kind === 'lora').map((file) => file.name),
      seed: snapshot.seed,
      sets_cover: snapshot.cover === 'replace' && owner !== null,
      is_nsfw: snapshot.is_nsfw,
      notes: JSON.stringify(snapshot.notes),
      host_id: null,
      stream_incarnation: null,
      stream_sequence: null,
      fair_ms: fairWaitMs({ ahead: open + ordinal, ...times }),
      reason: open + ordinal > toldPlaces ? farBack : 'It has just come in.',
    };
  });
}

/** What a person calls it: the entities that make the picture, the owner's first. */
function labelOf(snapshot: Snapshot): string {
  const { owner, parts } = snapshot;
  const named = [...parts].sort(
    (a, b) =>
      Number(b.category === owner?.category && b.slug === owner.slug) -
      Number(a.category === owner?.category && a.slug === owner.slug),
  );
  const names = named.slice(0, 3).map((part) => part.name);
  if (owner?.category === 'checkpoints') names.unshift(snapshot.checkpoint.name);
  return (names.length === 0 ? 'Free mix' : names.join(' · ')).slice(0, 200);
}

function notesOf(resolved: readonly Resolved[]): string[] {
  return [...new Set(resolved.flatMap(({ snapshot }) => snapshot.notes))];
}
