import { subjects } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import type { Log, NatsConnection } from '@gaze/runtime';
import { sql } from 'kysely';
import { markDataFolder } from './data-folder.ts';
import type { Db } from './db/connect.ts';
import type { ModelRoots } from './editing/deps.ts';
import { buildEditing } from './editing/editing.ts';
import { buildEvents } from './events/events.ts';
import { buildHosts } from './hosts/hosts.ts';
import { buildImages } from './images/images.ts';
import { buildJobs } from './jobs/jobs.ts';
import { buildKeys } from './keys/keys.ts';
import { isDerivedByOlderVersion, rememberDerivation } from './library/derivation.ts';
import { buildFolderLock } from './library/folder-lock.ts';
import { buildLibrary } from './library/library.ts';
import { buildModels } from './models/models.ts';
import { buildLlmJobs } from './llm/llm.ts';
import { buildPreview } from './preview/preview.ts';
import { buildSearch } from './search/search.ts';
import { buildSettings } from './settings/settings.ts';

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
  const { db, nc, store, dataDir, modelRoots, comfyUrls, log } = deps;
  const events = buildEvents({
    db,
    publish: (event) => nc.publish(subjects.events, JSON.stringify(event)),
    log,
  });
  const settings = buildSettings({ db, events, log });
  const keys = buildKeys({ db, log });
  const images = buildImages({ db, store, events, log });
  const { defaultCheckpoint } = settings;
  const lock = buildFolderLock();
  const library = buildLibrary({ db, store, dataDir, modelRoots, events, lock, defaultCheckpoint, log });
  const editing = buildEditing({ db, store, dataDir, modelRoots, events, images, lock, log });
  const { loader, templateFor } = library;
  const models = buildModels({ db, roots: modelRoots, log });
  const searching = buildSearch({ db, log });
  const preview = buildPreview({ loader, templateFor, defaultCheckpoint, log });
  const hosts = buildHosts({ db, nc, events, comfyUrls, log });
  const llm = buildLlmJobs({
    ...{ db, nc, events, images, log },
    writing: { db, dataDir, modelRoots, events, lock, log },
    review: settings.llmReview,
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
    hosts,
    llm,
    log,
  });

  let serving: { stop: () => Promise<void> }[] = [];
  let started = false;

  return {
    async start() {
      await markDataFolder(db, dataDir);
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
        hosts,
        jobs,
        llm,
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
      started = true;
    },
    async stop() {
      started = false;
      await Promise.all(serving.map((server) => server.stop()));
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
