import type { CategoryName, RevisionAction } from '@gaze/contracts';
import { sql } from 'kysely';
import type { DbOrTrx } from '../db/connect.ts';
import type { WritePlan } from '../db/schema.ts';

/** A version of a file: its text without the byte order mark, and the hash of its bytes. */
export interface Version {
  hash: string;
  text: string;
}

export interface NewRevision {
  category: CategoryName;
  slug: string;
  filename: string;
  before: Version | null;
  after: Version | null;
  by: string;
  action: RevisionAction;
  note?: string | undefined;
  plan?: WritePlan | undefined;
}

/** Records a write before it begins, so that whoever finds its bytes knows whose they are. */
export async function beginRevision(db: DbOrTrx, revision: NewRevision): Promise<number> {
  return (await insert(db, revision, 'pending')).id;
}

/** Records what somebody else wrote while GAZE wrote: it is in no file any more. */
export async function recordConflict(db: DbOrTrx, revision: NewRevision): Promise<void> {
  await insert(db, revision, 'conflict');
}

function insert(db: DbOrTrx, revision: NewRevision, state: 'pending' | 'conflict') {
  const { category, slug, filename, before, after, by, action, note, plan } = revision;
  return db
    .insertInto('entity_revision')
    .values({
      ...{ category, slug, filename, action, state },
      before_hash: before?.hash ?? null,
      before_text: before?.text ?? null,
      after_hash: after?.hash ?? null,
      after_text: after?.text ?? null,
      made_by: by,
      note: note ?? null,
      plan: plan === undefined ? null : JSON.stringify(plan),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
}

/** Its text is in the file and its row. */
export async function endRevision(db: DbOrTrx, id: number): Promise<void> {
  await db.updateTable('entity_revision').set({ state: 'done', plan: null }).where('id', '=', id).execute();
}

/** It never reached the file. */
export async function dropRevision(db: DbOrTrx, id: number): Promise<void> {
  await db.deleteFrom('entity_revision').where('id', '=', id).where('state', '=', 'pending').execute();
}

export type PendingRevision = Awaited<ReturnType<typeof pendingRevisions>>[number];

export function pendingRevisions(db: DbOrTrx, category: CategoryName) {
  return db
    .selectFrom('entity_revision')
    .selectAll()
    .where('category', '=', category)
    .where('state', '=', 'pending')
    .orderBy('id')
    .execute();
}

/** The text that a hash stands for, as one of its revisions remembers it; null where none does. */
export async function textOfHash(
  db: DbOrTrx,
  category: CategoryName,
  slug: string,
  hash: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('entity_revision')
    .select(sql<string>`CASE WHEN after_hash = ${hash} THEN after_text ELSE before_text END`.as('text'))
    .where('category', '=', category)
    .where('slug', '=', slug)
    .where((e) => e.or([e('after_hash', '=', hash), e('before_hash', '=', hash)]))
    .limit(1)
    .executeTakeFirst();
  return row?.text ?? null;
}
