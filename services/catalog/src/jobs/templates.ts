import type { Workflow } from '@gaze/contracts';
import type { DbOrTrx, Trx } from '../db/connect.ts';
import type { Template } from '../library/template.ts';

/** Workflow templates by the hash of their text. They never change, so what was seen once is remembered. */
export interface Templates {
  /** Those that may have to be stored. */
  unknown: (templates: readonly Template[]) => Template[];
  /** Stores those that are new. */
  store: (trx: Trx, templates: readonly Template[]) => Promise<void>;
  /** Their transaction is committed: they need not be sent again. */
  stored: (templates: readonly Template[]) => void;
  /** @throws where no job ever used it */
  get: (db: DbOrTrx, hash: string | null) => Promise<Workflow>;
}

const remembered = 20;

export function buildTemplates(): Templates {
  const known = new Map<string, Workflow>();

  function remember(hash: string, workflow: Workflow): Workflow {
    known.delete(hash);
    known.set(hash, workflow);
    const [oldest] = known.keys();
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    return workflow;
  }

  return {
    // Only what was read back or committed is known to be there: a transaction that stores one may yet fail.
    unknown: (templates) => templates.filter((template) => !known.has(template.hash)),
    async store(trx, fresh) {
      if (fresh.length === 0) return;
      await trx
        .insertInto('template')
        .values(fresh.map(({ hash, name, workflow }) => ({ hash, name, workflow: JSON.stringify(workflow) })))
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute();
    },
    stored(templates) {
      for (const { hash, workflow } of templates) remember(hash, workflow);
    },
    async get(db, hash) {
      const found = hash === null ? undefined : known.get(hash);
      if (found !== undefined && hash !== null) return remember(hash, found);
      const row = await db
        .selectFrom('template')
        .select(['hash', 'workflow'])
        .where('hash', '=', hash)
        .executeTakeFirstOrThrow();
      return remember(row.hash, row.workflow);
    },
  };
}
