import type { HostDetail, HostView } from '@gaze/contracts';
import { costsOfMissing, parseNamedHost } from '@gaze/domain';
import { GazeError, whyForbidden } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db, DbOrTrx, Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import type { Assignment } from './assignment.ts';
import type { HostBook } from './host-book.ts';
import { hostIdOf } from './host-id.ts';
import { busyHosts, deleteHost } from './host-store.ts';
import type { HostRow } from './host-store.ts';
import type { HostTelling } from './telling.ts';
import { hostViews } from './views.ts';

/** More than anybody has; a list without an end would be one to fill a disk with. */
const mostHosts = 64;
const timingsShown = 20;

/** What people do with hosts in Settings. Those that the environment names can only be turned off and on. */
export function buildHostManagement(deps: {
  db: Db;
  events: Events;
  book: HostBook;
  assignment: Assignment;
  telling: HostTelling;
  changed: () => void;
  log: Log;
}) {
  const { db, events, book, log } = deps;

  /** Whoever holds hosts, places work or looks at them learns of it. */
  async function settle(): Promise<void> {
    events.wake();
    deps.changed();
    await deps.assignment.settle();
  }

  async function viewOf(id: string): Promise<HostView> {
    const [view] = await hostViews(db, id);
    if (view === undefined) throw noSuchHost(id);
    return view;
  }

  async function add(given: { url: string; name?: string | undefined }): Promise<HostView> {
    const parsed = parseNamedHost(given.url);
    if (parsed === null)
      throw new GazeError(
        'invalid_input',
        'This is no http address. Write it like http://192.168.1.20:8188.',
        {
          field: 'url',
        },
      );
    const forbidden = await whyForbidden(new URL(parsed.url));
    if (forbidden !== null) throw new GazeError('invalid_input', forbidden, { field: 'url' });
    const host = { id: hostIdOf(parsed.url), url: parsed.url, name: given.name?.trim() ?? parsed.name };
    const row = await db.transaction().execute(async (trx) => {
      await refuseKnown(trx, host.id);
      const inserted = await trx
        .insertInto('host')
        .values({
          ...host,
          ...{ origin: 'settings', reason: 'No generator holds it yet.' },
          ...{ version: null, holder: null, inventory: null },
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await deps.telling.tell(trx, host.id);
      return inserted;
    });
    book.put(row);
    log.info({ host: host.name, url: host.url }, `${host.name} was added`);
    await settle();
    return viewOf(host.id);
  }

  async function change(
    id: string,
    given: { name?: string | undefined; enabled?: boolean | undefined },
  ): Promise<HostView> {
    const row = await db.transaction().execute(async (trx) => {
      const before = await lockHost(trx, id);
      const isRenamed = given.name !== undefined && given.name !== before.name;
      if (isRenamed) refuseFixed(before, 'renamed');
      // Its holder writes the name into pictures: an idle host is held anew under it, one at work when that is done.
      const epoch = before.epoch + Number(isRenamed && !(await busyHosts(trx)).has(id));
      const after = await trx
        .updateTable('host')
        .set({ epoch, name: given.name ?? before.name, enabled: given.enabled ?? before.enabled })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      await deps.telling.tell(trx, id);
      return after;
    });
    book.put(row);
    deps.assignment.tellHolders();
    await settle();
    return viewOf(id);
  }

  async function remove(id: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await lockHost(trx, id);
      refuseFixed(row, 'removed');
      await refuseBusy(trx, row);
      await deleteHost(trx, id);
      await events.emit(trx, { type: 'host.removed', host_id: id });
    });
    book.remove(id);
    deps.assignment.tellHolders();
    await settle();
  }

  async function detail(id: string): Promise<HostDetail> {
    const view = await viewOf(id);
    const row = await db
      .selectFrom('host')
      .select(['timings', 'inventory_at', 'loaded_checkpoint'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const isLoaded = (one: HostRow['timings'][number]): number =>
      Number(one.checkpoint === row.loaded_checkpoint);
    return {
      ...view,
      missing: costsOfMissing(view.missing_nodes),
      files: await countFiles(db, id),
      read_at: row.inventory_at?.toISOString() ?? null,
      timings: [...row.timings].sort((a, b) => isLoaded(b) - isLoaded(a)).slice(0, timingsShown),
    };
  }

  return { add, change, remove, detail };
}

const noSuchHost = (id: string): GazeError =>
  new GazeError('not_found', `There is no host «${id}».`, { field: 'host_id' });

async function lockHost(trx: Trx, id: string): Promise<HostRow> {
  const row = await trx.selectFrom('host').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw noSuchHost(id);
  return row;
}

async function refuseKnown(trx: Trx, id: string): Promise<void> {
  const known = await trx.selectFrom('host').select(['id', 'name', 'origin']).forUpdate().execute();
  const same = known.find((host) => host.id === id);
  if (same !== undefined) {
    const where = same.origin === 'environment' ? 'the environment names it' : 'it was added before';
    throw new GazeError('conflict', `This address is known already as ${same.name}: ${where}.`, {
      field: 'url',
      hint: 'Choose another address, or use the host that is there.',
    });
  }
  if (known.length >= mostHosts)
    throw new GazeError('invalid_input', `GAZE keeps ${mostHosts} hosts at most. Remove one first.`);
}

function refuseFixed(row: HostRow, verb: 'renamed' | 'removed'): void {
  if (row.origin === 'settings') return;
  throw new GazeError('conflict', `${row.name} comes from the environment and cannot be ${verb} here.`, {
    hint: 'Change COMFYUI_URLS and start GAZE again, or turn the host off.',
  });
}

async function refuseBusy(trx: Trx, row: HostRow): Promise<void> {
  const { n } = await trx
    .selectFrom('job')
    .select(sql<number>`count(*)::int`.as('n'))
    .where('host_id', '=', row.id)
    .where('status', 'in', ['running', 'cancelling'])
    .executeTakeFirstOrThrow();
  if (n === 0) return;
  throw new GazeError('conflict', `${row.name} still works on ${n === 1 ? 'a picture' : `${n} pictures`}.`, {
    hint: 'Turn it off: it finishes what it has begun and gets nothing new. Then remove it.',
  });
}

async function countFiles(db: DbOrTrx, id: string): Promise<HostDetail['files']> {
  return db
    .selectFrom('host_file')
    .select([
      sql<number>`(count(*) FILTER (WHERE kind = 'checkpoint'))::int`.as('checkpoints'),
      sql<number>`(count(*) FILTER (WHERE kind = 'lora'))::int`.as('loras'),
      sql<number>`(count(*) FILTER (WHERE kind = 'vae'))::int`.as('vaes'),
    ])
    .where('host_id', '=', id)
    .executeTakeFirstOrThrow();
}
