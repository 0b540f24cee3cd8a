import type { CategoryName, LlmSubmitted, ModelKind, llmJobsRpc } from '@gaze/contracts';
import { categories, categoryList } from '@gaze/contracts';
import { openStatuses } from '@gaze/domain';
import { GazeError } from '@gaze/runtime';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Trx } from '../db/connect.ts';
import { notThere } from '../library/detail.ts';
import type { FileUser } from './known-files.ts';
import { filesThere, modelKindOf, plainFileName, usersOf } from './known-files.ts';
import type { LlmItem, LlmWork, SubmitDeps } from './submit.ts';
import { submitLlm } from './submit.ts';

type Submitted = LlmSubmitted & { replayed: boolean };
type Regenerate = z.output<typeof llmJobsRpc.regenerateTags.input>;
type Create = z.output<typeof llmJobsRpc.create.input>;
type BulkCreate = z.output<typeof llmJobsRpc.bulkCreate.input>;

/** Tags of one entry, of a category, or of everything. @throws GazeError not_found, invalid_input */
export async function regenerateTags(deps: SubmitDeps, request: Regenerate): Promise<Submitted> {
  const { category, slug, slugs } = request;
  if (slug !== undefined && category === undefined)
    throw new GazeError('invalid_input', 'An entry is named by its category and its slug.', {
      field: 'category',
    });
  if (slugs !== undefined && category === undefined)
    throw new GazeError('invalid_input', 'Entries are named by their category and their slugs.', {
      field: 'category',
    });
  if (category !== undefined && categories[category].tags.length === 0)
    throw new GazeError('invalid_input', `Entries of ${category} have no tags that a model could write.`, {
      field: 'category',
    });
  const review = await deps.review();
  return submitLlm(deps, request, (trx) =>
    slug !== undefined && category !== undefined
      ? tagsOfOne(trx, category, slug, review)
      : tagsOfMany(trx, category, slugs),
  );
}

function entries(trx: Trx, names: readonly CategoryName[]) {
  return trx
    .selectFrom('entity')
    .select(['category', 'slug', 'name', 'is_nsfw'])
    .where('category', 'in', [...names])
    .where('gone_at', 'is', null);
}

const tagItem = (row: { category: CategoryName; slug: string; name: string; is_nsfw: boolean }): LlmItem => {
  const { category, slug, name } = row;
  return {
    intent: { kind: 'regenerate_tags', category, slug },
    ...{ label: `Tags of ${name}`, owner: { category, slug }, isNsfw: row.is_nsfw },
  };
};

async function tagsOfOne(
  trx: Trx,
  category: CategoryName,
  slug: string,
  review: LlmWork['review'],
): Promise<LlmWork> {
  const row = await entries(trx, [category]).where('slug', '=', slug).executeTakeFirst();
  if (row === undefined) throw notThere(category, slug);
  const item = tagItem(row);
  return { label: item.label, items: [item], skipped: [], review, lane: 'interactive' };
}

async function tagsOfMany(
  trx: Trx,
  category: CategoryName | undefined,
  slugs: readonly string[] | undefined,
): Promise<LlmWork> {
  const names = categoryList
    .filter((one) => one.tags.length > 0 && (category ?? one.name) === one.name)
    .map((one) => one.name);
  const wanted = entries(trx, names);
  const rows = await (slugs === undefined ? wanted : wanted.where('slug', 'in', ['', ...slugs]))
    .orderBy('category')
    .orderBy(sql`lower(name) COLLATE "C"`)
    .orderBy('slug')
    .execute();
  const open = await keysOf(
    trx
      .selectFrom('job')
      .innerJoin('llm_task', 'llm_task.job_id', 'job.id')
      .select(['job.owner_category as category', 'job.owner_slug as slug'])
      .where('job.kind', '=', 'llm')
      .where('job.status', 'in', [...openStatuses])
      .where(sql<string>`llm_task.intent->>'kind'`, '=', 'regenerate_tags'),
  );
  const broken = await keysOf(
    trx.selectFrom('problem_file').select(['category', 'slug']).where('slug', 'is not', null),
  );
  const work: LlmWork = {
    label:
      category === undefined ? 'Tags of everything' : `Tags of ${categories[category].label.toLowerCase()}`,
    ...{ items: [], skipped: [], review: 'review', lane: 'batch' },
  };
  for (const row of rows) {
    const key = `${row.category}/${row.slug}`;
    if (open.has(key)) work.skipped.push({ item: key, reason: 'It is queued already.' });
    else if (broken.has(key))
      work.skipped.push({ item: key, reason: 'Its file has a fault. Correct it first.' });
    else work.items.push(tagItem(row));
  }
  const known = new Set(rows.map((row) => row.slug));
  for (const slug of new Set(slugs ?? [])) {
    if (!known.has(slug))
      work.skipped.push({ item: `${category ?? ''}/${slug}`, reason: 'There is no such entry.' });
  }
  return work;
}

async function keysOf(query: {
  execute: () => Promise<{ category: CategoryName | null; slug: string | null }[]>;
}): Promise<Set<string>> {
  return new Set((await query.execute()).map(({ category, slug }) => `${category ?? ''}/${slug ?? ''}`));
}

const longestQuote = 80;

/** A new entry from a sentence. @throws GazeError invalid_input for a category whose entries stand for a file */
export async function createFromDescription(deps: SubmitDeps, request: Create): Promise<Submitted> {
  const { category, description, name, nsfw } = request;
  const declaration = categories[category];
  if (declaration.generation.kind === 'checkpoint') {
    throw new GazeError(
      'invalid_input',
      'A checkpoint is a file: no description makes one. Use bulk create on the file.',
      {
        field: 'category',
      },
    );
  }
  const review = await deps.review();
  const quoted = description.length <= longestQuote ? description : `${description.slice(0, longestQuote)}…`;
  const label = `New ${declaration.labelSingular.toLowerCase()}: ${name ?? quoted.replace(/\s+/g, ' ')}`;
  const intent = {
    kind: 'create_entity' as const,
    category,
    description,
    ...(name === undefined ? {} : { name }),
    ...(nsfw === undefined ? {} : { nsfw }),
  };
  return submitLlm(deps, request, () =>
    Promise.resolve({
      ...{ label, skipped: [], review, lane: 'interactive' },
      items: [{ intent, label, owner: null, isNsfw: nsfw === true }],
    }),
  );
}

/**
 * Entries for model files, a job per file. Asked again after anything went wrong, it queues what is still missing.
 * @throws GazeError invalid_input for a category whose entries stand for no file
 */
export async function bulkCreate(deps: SubmitDeps, request: BulkCreate): Promise<Submitted> {
  const { category } = request;
  const model = modelKindOf(categories[category]);
  if (model === null)
    throw new GazeError('invalid_input', `Entries of ${category} stand for no model file.`, {
      field: 'category',
    });
  return submitLlm(deps, request, (trx) => workForFiles(trx, request, model));
}

async function workForFiles(
  trx: Trx,
  { category, files, overwrite }: BulkCreate,
  model: ModelKind,
): Promise<LlmWork> {
  const declaration = categories[category];
  const names = [...new Set(files)].map((file) => ({ file, name: plainFileName(file) }));
  const plain = [...new Set(names.flatMap(({ name }) => (name === null ? [] : [name])))];
  const there = await filesThere(trx, model, plain);
  const users = new Map((await usersOf(trx, model, plain)).map((user) => [user.file, user]));
  const queued = await queuedFiles(trx, plain);
  const waiting = await waitingFiles(trx, category, plain);
  const work: LlmWork = {
    label: `New ${declaration.label.toLowerCase()} from files`,
    ...{ items: [], skipped: [], review: 'review', lane: 'batch' },
  };
  const seen = new Set<string>();
  for (const { file, name } of names) {
    const user = name === null ? undefined : users.get(name);
    const reason = whyNot(name, user);
    if (name !== null && reason === null) {
      seen.add(name);
      work.items.push(fileItem(category, name, model, overwrite, user));
    } else work.skipped.push({ item: file, reason: reason ?? '' });
  }
  return work;

  function whyNot(name: string | null, user: FileUser | undefined): string | null {
    if (name === null) return 'It is no name of a model file below a folder.';
    if (seen.has(name)) return 'It was named twice.';
    if (queued.has(name)) return 'It is queued already.';
    if (waiting.has(name) && !overwrite) return 'A result for it waits for review.';
    if (user !== undefined && (!overwrite || user.category !== category))
      return `«${user.name}» in ${user.category} uses it already.`;
    return there.has(name) ? null : 'Neither a folder of this machine nor a host has it.';
  }
}

function fileItem(
  category: CategoryName,
  file: string,
  model: ModelKind,
  overwrite: boolean,
  user: FileUser | undefined,
): LlmItem {
  const base = file.split('/').at(-1) ?? file;
  const { labelSingular } = categories[category];
  return {
    intent: { kind: 'bulk_create', category, file, model, overwrite },
    label:
      user === undefined
        ? `New ${labelSingular.toLowerCase()} for ${base}`
        : `${user.name} anew from ${base}`,
    owner: user === undefined ? null : { category: user.category, slug: user.slug },
    isNsfw: false,
  };
}

async function queuedFiles(trx: Trx, files: readonly string[]): Promise<Set<string | null>> {
  const rows = await trx
    .selectFrom('llm_task')
    .innerJoin('job', 'job.id', 'llm_task.job_id')
    .select('llm_task.file')
    .where('llm_task.file', 'in', ['', ...files])
    .where('job.status', 'in', [...openStatuses])
    .execute();
  return new Set(rows.map((row) => row.file));
}

async function waitingFiles(
  trx: Trx,
  category: CategoryName,
  files: readonly string[],
): Promise<Set<string | null>> {
  const rows = await trx
    .selectFrom('llm_result')
    .select('file')
    .where('state', 'in', ['waiting', 'applying'])
    .where('category', '=', category)
    .where('file', 'in', ['', ...files])
    .execute();
  return new Set(rows.map((row) => row.file));
}
