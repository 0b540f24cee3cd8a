import { subjects } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection } from '@gaze/runtime';
import { sql } from 'kysely';
import { buildCompatibility } from './compatibility/compatibility.ts';
import { buildCoverage } from './coverage/coverage.ts';
import { markDataFolder } from './data-folder.ts';
import type { Db } from './db/connect.ts';
import type { ModelRoots, WriteDeps } from './editing/deps.ts';
import { buildEditing } from './editing/editing.ts';
import { buildEvents } from './events/events.ts';
import { buildHosts } from './hosts/hosts.ts';
import { buildImages } from './images/images.ts';
import { buildJobs } from './jobs/jobs.ts';
import { buildKeys } from './keys/keys.ts';
import { isDerivedByOlderVersion, rememberDerivation } from './library/derivation.ts';
import { buildFolderLock } from './library/folder-lock.ts';
import { buildLibrary } from './library/library.ts';
import { buildModelFolders } from './models/folders.ts';
import { buildModels } from './models/models.ts';
import { buildLlmJobs } from './llm/llm.ts';
import type { FixedLlm } from './llm/settings/provider.ts';
import { buildPreview } from './preview/preview.ts';
import { buildSearch } from './search/search.ts';
import { buildSettings } from './settings/settings.ts';
import { buildStrengths } from './strengths/strengths.ts';
import type { UpkeepFolders } from './upkeep.ts';
import { buildUpkeep } from './upkeep.ts';
import { buildWebhooks } from './webhooks/webhooks.ts';

export interface CatalogDeps {
  /** Brought to its newest shape already. */
  db: Db;
  nc: NatsConnection;
  store: ObjectStore;
  dataDir: string;
  /** Where model files lie on this machine. */
  modelRoots: ModelRoots;
  /** Hosts that the environment fixes, each `url` or `name=url`. */
  comfyUrls: readonly string[];
  /** Of the key file that is shared with the llm-worker; null: no secret can be kept in Settings. */
  key: Buffer | null;
  /** What the environment fixes of the language model. */
  fixedLlm: FixedLlm;
  /** Where backups and imports read. */
  folders: UpkeepFolders;
  /** Copies of each stream in a cluster of NATS; 1 where there is a single server. */
  streamReplicas?: number;
  /** Called at each step of writing a result of a language model; does nothing, but in tests of faults. */
  onWriteStep?: WriteDeps['onStep'];
  log: Log;
}

export interface Catalog {
  /** Takes the files over, then answers questions, then works. To be called by the one active catalog only. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
  /** After the bus came back: listeners may have missed events. */
  busIsBack: () => void;
  /** Null when it can answer, else why not, as a sentence. */
  notReady: () => Promise<string | null>;
}

/** The catalog, wired by hand in this one place. */
export function buildCatalog(deps: CatalogDeps): Catalog {
  const { db, nc, store, dataDir, comfyUrls, log } = deps;
  const modelFolders = buildModelFolders({ db, fixed: deps.modelRoots, own: [dataDir] });
  const modelRoots = modelFolders.roots;
  const events = buildEvents({
    db,
    publish(event) {
      nc.publish(subjects.events, JSON.stringify(event));
      webhooks.heard(event.event);
    },
    keepHours: async () => (await settings.keeping()).eventHours,
    log,
  });
  const webhooks = buildWebhooks({ db, key: deps.key, log });
  const settings = buildSettings({ db, events, log });
  const keys = buildKeys({ db, log });
  const { keeping } = settings;
  const keepTrashDays = async (): Promise<number | null> => (await keeping()).trashDays;
  const images = buildImages({ db, store, events, keepTrashDays, log });
  const { defaultCheckpoint } = settings;
  const lock = buildFolderLock();
  const library = buildLibrary({ db, store, dataDir, modelRoots, events, lock, defaultCheckpoint, log });
  const editing = buildEditing({ db, store, dataDir, modelRoots, events, images, lock, keeping, log });
  const { loader, templateFor } = library;
  const models = buildModels({ db, folders: modelFolders, log });
  const searching = buildSearch({ db, log });
  const preview = buildPreview({ loader, templateFor, defaultCheckpoint, log });
  const hosts = buildHosts({ db, nc, events, comfyUrls, log });
  const coverage = buildCoverage({ db, log });
  const compatibility = buildCompatibility({
    ...{ db, loader, templateFor, defaultCheckpoint, log },
    hosts: () => hosts.list(),
  });
  const writing = { db, dataDir, modelRoots, events, lock, log };
  const strengths = buildStrengths({ db, images, writing, log });
  const llm = buildLlmJobs({
    ...{ db, nc, events, images, log },
    streamReplicas: deps.streamReplicas,
    writing: { ...writing, onStep: deps.onWriteStep },
    review: settings.llmReview,
    key: deps.key,
    fixed: deps.fixedLlm,
  });
  const jobs = buildJobs({
    db,
    nc,
    store,
    events,
    images,
    loader,
    templateFor,
    defaultCheckpoint,
    keeping,
    hosts,
    llm,
    streamReplicas: deps.streamReplicas,
    log,
  });

  const upkeep = buildUpkeep({
    ...deps.folders,
    ...{ store, writing, library, images, llmIsFixed: deps.fixedLlm.provider !== null },
  });

  let serving: { stop: () => Promise<void> }[] = [];
  let started = false;

  return {
    async start() {
      await modelFolders.load();
      await markDataFolder(db, dataDir);
      // Without a store there is a library all the same; the queue pauses when pictures cannot be kept.
      await store
        .prepare()
        .catch((error: unknown) => log.error({ err: error }, 'the picture store cannot be used yet'));
      const began = performance.now();
      await library.scan(undefined, { everything: await isDerivedByOlderVersion(db) });
      await rememberDerivation(db);
      log.info({ scanMs: Math.round(performance.now() - began) }, 'the files are taken over');
      serving = [
        events,
        settings,
        keys,
        images,
        library,
        editing,
        models,
        searching,
        preview,
        coverage,
        compatibility,
        strengths,
        hosts,
        jobs,
        llm,
        webhooks,
        upkeep,
      ].flatMap((part) => part.serve(nc));
      events.start();
      keys.start();
      images.start();
      library.start();
      editing.start();
      models.start();
      await hosts.start();
      await jobs.start();
      await llm.start();
      webhooks.start();
      upkeep.start();
      started = true;
    },
    async stop() {
      started = false;
      await Promise.all(serving.map((server) => server.stop()));
      await upkeep.stop();
      await webhooks.stop();
      await llm.stop();
      await jobs.stop();
      await hosts.stop();
      await models.stop();
      await editing.stop();
      await library.stop();
      await images.stop();
      keys.stop();
      await events.stop();
    },
    busIsBack: () => events.tellNewest(),
    async notReady() {
      if (!started) return 'The catalog is starting.';
      await sql`SELECT 1`.execute(db);
      return null;
    },
  };
}
