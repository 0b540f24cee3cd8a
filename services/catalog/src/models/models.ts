import { categoryList, modelsRpc } from '@gaze/contracts';
import type { ModelFolders, ModelKind, ModelScanResult, ModelSource } from '@gaze/contracts';
import { every, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { singleFlight } from '../single-flight.ts';
import { hashDueModels } from './hash.ts';
import { whyUnreadable } from './check-root.ts';
import { modelKinds } from './folders.ts';
import type { ModelFolderSettings } from './folders.ts';
import { countInFolders, countModels, listModels, modelFile } from './list.ts';
import { scanModels } from './scan.ts';

export interface Models {
  /** Reads the folders again. One at a time; who asks meanwhile gets the same answer. */
  scan: () => Promise<ModelScanResult[]>;
  start: () => void;
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => { stop: () => Promise<void> }[];
}

const variables: Readonly<Record<ModelKind, string>> = { lora: 'LORA_ROOT', checkpoint: 'CHECKPOINT_ROOT' };
const words: Readonly<Record<ModelKind, string>> = { lora: 'LoRA', checkpoint: 'checkpoint' };
const lookEveryMs = 10 * 60_000;

/** LoRA and checkpoint files: what lies in the folders of this machine, what hosts have, what entities name. */
export function buildModels(deps: { db: Db; folders: ModelFolderSettings; log: Log }): Models {
  const { db, folders, log } = deps;
  const { roots } = folders;
  const stopping = new AbortController();
  const { signal } = stopping;
  const scannedAt = new Map<ModelKind, Date>();
  let ticker: { stop: () => void } | null = null;
  const quietly = (what: string) => (error: unknown) => {
    if (!signal.aborted) log.warn({ err: error }, what);
  };
  const hashing = singleFlight(
    () => hashDueModels({ db, log, roots, signal }).then(() => undefined),
    quietly('model files could not be hashed; they are tried again'),
  );
  const looking = singleFlight(
    () => scan().then(() => undefined),
    quietly('the folders of model files could not be read; they are tried again'),
  );

  async function scanAll(): Promise<ModelScanResult[]> {
    const results: ModelScanResult[] = [];
    for (const kind of modelKinds) {
      const root = roots[kind];
      if (root === undefined) {
        results.push({
          ...{ kind, is_scanned: false, files: 0, added: 0, changed: 0, renamed: 0, removed: 0, problems: 0 },
          warning: unset(kind),
        });
        continue;
      }
      const result = await scanModels({ db, log, signal }, kind, root, (name) => folders.counts(kind, name));
      if (result.warning === null) scannedAt.set(kind, new Date());
      else log.warn(result.warning);
      results.push(result);
    }
    hashing.wake();
    return results;
  }
  let scanning: Promise<ModelScanResult[]> | null = null;
  function scan(): Promise<ModelScanResult[]> {
    scanning ??= scanAll().finally(() => (scanning = null));
    return scanning;
  }

  async function source(kind: ModelKind): Promise<ModelSource> {
    const { rows } = await sql<{ files: number; unhashed: number }>`
      SELECT count(*)::int AS files, (count(*) FILTER (WHERE sha256 IS NULL))::int AS unhashed
      FROM model_file WHERE kind = ${kind} AND gone_at IS NULL`.execute(db);
    const { files, unhashed } = rows[0] ?? { files: 0, unhashed: 0 };
    const root = roots[kind];
    return {
      ...{ kind, files, unhashed, is_scanned: root !== undefined },
      says: root === undefined ? unset(kind) : `Reads the ${words[kind]} files below ${root}.`,
      scanned_at: scannedAt.get(kind)?.toISOString() ?? null,
    };
  }

  async function foldersView(): Promise<ModelFolders> {
    const loraFolders = folders.loraFolders();
    return {
      roots: await Promise.all(
        modelKinds.map(async (kind) => ({
          kind,
          path: roots[kind] ?? null,
          origin: folders.originOf(kind),
          problem: roots[kind] === undefined ? null : await whyUnreadable(roots[kind]),
          files: (await source(kind)).files,
          ...(await countModels(db, kind)),
          scanned_at: scannedAt.get(kind)?.toISOString() ?? null,
        })),
      ),
      lora_folders: await Promise.all(
        categoryList
          .filter(({ lora }) => lora !== null)
          .map(async ({ name: category, loraFolder }) => {
            const own = [...(loraFolders.get(category) ?? [])];
            const is_usual = own.length === 1 && own[0] === loraFolder;
            return { category, folders: own, is_usual, files: await countInFolders(db, own) };
          }),
      ),
      checkpoint_folders: [...folders.checkpointFolders()],
    };
  }

  return {
    scan,
    start() {
      looking.wake();
      ticker = every(lookEveryMs, looking.tick, log);
    },
    async stop() {
      ticker?.stop();
      stopping.abort(new Error('the catalog stops'));
      await looking.stop();
      await hashing.stop();
    },
    serve: (nc) => [
      serveRpc(nc, modelsRpc.folders, foldersView, { log }),
      serveRpc(
        nc,
        modelsRpc.setFolders,
        async (given) => {
          await folders.change(given);
          // A folder on a slow disk is read after the answer.
          looking.wake();
          return foldersView();
        },
        { log },
      ),
      serveRpc(
        nc,
        modelsRpc.list,
        async (query) => ({
          ...(await listModels(db, folders.loraFolders(), query)),
          source: await source(query.kind),
        }),
        { log },
      ),
      serveRpc(nc, modelsRpc.get, ({ kind, name }) => modelFile(db, folders.loraFolders(), kind, name), {
        log,
      }),
      serveRpc(nc, modelsRpc.rescan, async () => ({ results: await scan() }), { log }),
    ],
  };
}

const unset = (kind: ModelKind): string =>
  `GAZE does not know where ${words[kind]} files lie on this machine, so it shows what hosts have and entries name. Name the folder in Settings, or set ${variables[kind]}, to read tags, triggers and base models from the files.`;
