import {
  againRpc,
  catalogRpc,
  compatibilityRpc,
  coverageRpc,
  editingRpc,
  galleryRpc,
  generatorRpc,
  hostsRpc,
  llmJobsRpc,
  llmSettingsRpc,
  llmWorkerRpc,
  modelsRpc,
  searchRpc,
  sessionsRpc,
  strengthsRpc,
  tagsRpc,
  upkeepRpc,
  webhooksRpc,
} from '@gaze/contracts';
import type { GazeEvent, NumberedEvent, RpcContract, Scope } from '@gaze/contracts';
import { GazeError, sealingKey, serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { createHash, randomBytes } from 'node:crypto';
import { examples } from '../../src/openapi/examples.ts';

type Prefixed<P extends string, T> = { [K in keyof T & string as `${P}.${K}`]: T[K] };
const prefixed = <P extends string, T extends object>(prefix: P, rpc: T): Prefixed<P, T> =>
  Object.fromEntries(
    Object.entries(rpc).map(([name, contract]) => [`${prefix}.${name}`, contract]),
  ) as Prefixed<P, T>;

const contracts = {
  ...catalogRpc,
  ...editingRpc,
  ...prefixed('gallery', galleryRpc),
  ...prefixed('images', againRpc),
  ...prefixed('models', modelsRpc),
  ...prefixed('compatibility', compatibilityRpc),
  ...prefixed('coverage', coverageRpc),
  ...prefixed('search', searchRpc),
  ...prefixed('hosts', hostsRpc),
  ...prefixed('generator', generatorRpc),
  ...prefixed('sessions', sessionsRpc),
  ...prefixed('strengths', strengthsRpc),
  ...prefixed('llm', llmJobsRpc),
  ...prefixed('llmSettings', llmSettingsRpc),
  ...prefixed('worker', llmWorkerRpc),
  ...prefixed('tags', tagsRpc),
  ...prefixed('webhooks', webhooksRpc),
  ...prefixed('upkeep', upkeepRpc),
};
export type RpcName = keyof typeof contracts;
type Handler = (input: never) => unknown;

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Keys that the canned catalog knows, by what they may do. */
export const keys = {
  read: 'key-that-reads',
  generate: 'key-that-generates',
  write: 'key-that-writes',
  admin: 'key-that-rules',
  /** Known, and allowed nothing. */
  nothing: 'key-without-scopes',
} as const;
export const sessionSecret = 'session-of-the-person';

const scopesOf: Record<keyof typeof keys, Scope[]> = {
  read: ['read'],
  generate: ['generate'],
  write: ['write'],
  admin: ['admin'],
  nothing: [],
};

const job = examples.getJob?.response as object;
const card = examples.setEntityFavourite?.response as object;
const image = examples.getImage?.response as object;
/** The secret that the catalog shares with the workers, and not with the gateway. */
const keyFile = randomBytes(32);
const toolServers = {
  servers: [{ name: 'characters', url: 'http://127.0.0.1:6000/mcp' }],
  allow: [],
  mark: 'm',
};
const response = (operation: string): unknown => examples[operation]?.response;
const queuedLlm = { ...(response('regenerateEntityTags') as object), replayed: false };
/** A part that is not there: its answer is left out of the house's. */
const unanswered = (): never => {
  throw new GazeError('unavailable', 'It does not answer.');
};

/** A catalog that answers every question from the examples of the reference, and remembers what it was asked. */
export function buildCannedCatalog() {
  const calls: { name: RpcName; input: unknown }[] = [];
  const usedOnce = new Set<string>();
  const sessions = new Map<string, Scope[]>([[hash(sessionSecret), ['admin']]]);
  const knownKeys = new Map(
    Object.entries(keys).map(([name, secret]) => [hash(secret), name as keyof typeof keys]),
  );
  let passwordHash: string | null = null;
  const stream = buildCannedStream();
  const generationDefaults = {
    template: { name: 'default', hash: 'h', negative: '', checkpoint: 'm', width: 832, height: 1216 },
    checkpoint: { path: 'm', slug: null, name: 'm', data: {} },
  };
  const entity = {
    ...card,
    revision: 'a'.repeat(64),
    filename: 'elke_marrow.json',
    data: { character_id: 'elke_marrow' },
    default_fields: [],
    active_outfit: null,
    state: response('getEntityState'),
    images: [],
    image_count: 0,
    looks: [],
  };
  const handlers: Record<RpcName, Handler> = {
    libraryList: () => response('listLibrary'),
    libraryFacets: () => response('listFacets'),
    libraryCounts: () => response('countLibrary'),
    libraryRescan: () => response('rescanLibrary'),
    entityGet: () => entity,
    entityFavourite: () => card,
    entityDefaults: () => card,
    entityState: ({ state }: { state: unknown }) => state,
    entityOutfit: () => card,
    entityCover: () => card,
    'webhooks.list': () => response('listWebhooks'),
    'webhooks.create': () => response('createWebhook'),
    'webhooks.change': () => response('changeWebhook'),
    'webhooks.remove': () => ({}),
    'webhooks.deliveries': () => response('listWebhookDeliveries'),
    'webhooks.test': () => response('testWebhook'),
    'upkeep.storage': () => response('getStorage'),
    'upkeep.backups': () => response('listBackups'),
    'upkeep.backupStart': () => response('makeBackup'),
    'upkeep.backupDelete': () => ({}),
    'upkeep.doctor': () => response('runDoctor'),
    'upkeep.importGet': () => response('getImport'),
    'upkeep.importStart': () => response('startImport'),
    problemsList: () => response('listProblems'),
    presetsList: () => response('keptPresets'),
    generationDefaults: () => generationDefaults,
    generationChoices: () => ({
      ...{ samplers: [{ name: 'euler', hosts: ['Atelier'] }], schedulers: [], vaes: [] },
      ...{ workflows: ['default'], known_hosts: 1 },
    }),
    previewPrompt: () => response('previewPrompt'),
    jobsSubmit: ({ count }: { count: number }) => ({
      batch_id: 'b1',
      jobs: Array.from({ length: count }, (_, index) => ({ ...job, id: `j${index + 1}` })),
      notes: [],
      replayed: false,
    }),
    jobsSubmitMany: ({ entries }: { entries: unknown[] }) => ({
      entries: entries.map((_, index) => ({
        ...{ batch_id: `b${index + 1}`, job_ids: [`j${index + 1}`], notes: [], error: null },
      })),
    }),
    jobsGet: () => job,
    jobsList: () => response('listJobs'),
    jobsCancel: () => response('cancelJobs'),
    jobsRetry: () => job,
    jobsFront: () => job,
    queuesGet: () => response('listQueues'),
    queuesPause: () => response('pauseQueue'),
    imagesList: () => response('listImages'),
    imagesGet: () => image,
    imagesFlags: () => image,
    'llm.regenerateTags': () => queuedLlm,
    'llm.create': () => queuedLlm,
    'llm.bulkCreate': () => queuedLlm,
    'llm.transcript': () => response('getTranscript'),
    'llm.drafts': () => response('listDrafts'),
    'llm.draft': () => response('getDraft'),
    'llm.draftApply': () => response('applyDraft'),
    'llm.draftDiscard': () => response('discardDraft'),
    'worker.status': () => unanswered(),
    'llm.propose': () => response('proposeEdit'),
    'llm.draftsDecide': () => response('decideDrafts'),
    'llmSettings.sealingKey': () => ({ public_key: sealingKey(keyFile) }),
    'llmSettings.provider': () => response('getLlmProvider'),
    'llmSettings.setProvider': () => response('setLlmProvider'),
    'llmSettings.forgetProvider': () => response('forgetLlmProvider'),
    'llmSettings.candidate': (given: { sealed_key?: string | null } | null) => ({
      provider: given === null ? null : { sealed_key: null, ...given },
    }),
    'llmSettings.toolServers': () => toolServers,
    'llmSettings.setToolServers': () => toolServers,
    'llmSettings.reconnect': () => ({}),
    'worker.test': () => response('testLlmProvider'),
    'tags.search': () => response('searchTags'),
    'tags.suggest': () => response('suggestTags'),
    'tags.validate': () => response('validateTags'),
    'tags.status': () => unanswered(),
    'images.again': () => ({ ...(response('makeImageAgain') as object), replayed: false }),
    'gallery.buckets': () => response('countImages'),
    'gallery.some': () => ({ images: [image] }),
    'gallery.flags': () => response('setManyImageFlags'),
    'gallery.trash': () => response('trashImages'),
    'gallery.restore': () => response('restoreImages'),
    'gallery.purge': () => response('purgeImages'),
    'gallery.emptyTrash': () => response('emptyImageTrash'),
    'gallery.trashed': () => response('listTrashedImages'),
    'gallery.rescan': () => response('rescanImages'),
    'compatibility.of': () => response('judgeRecipe'),
    'coverage.get': () => response('getCoverage'),
    'models.list': () => response('listModels'),
    'models.get': () => response('getModel'),
    'models.rescan': () => response('rescanModels'),
    'search.query': () => response('search'),
    'hosts.get': () => response('getHost'),
    'hosts.add': () => response('addHost'),
    'hosts.change': () => response('changeHost'),
    'hosts.remove': () => ({}),
    'generator.checkHost': () => response('testAddress'),
    'strengths.start': () => response('startSweep'),
    'strengths.list': () => response('listSweeps'),
    'strengths.best': () => response('saveBestWeight'),
    'models.folders': () => response('getModelFolders'),
    'models.setFolders': () => response('setModelFolders'),
    'sessions.list': () => response('listSessions'),
    'sessions.close': () => ({ closed: 1 }),
    'sessions.password': () => ({ hash: passwordHash }),
    'sessions.setPassword': ({ hash: given }: { hash: string }) => {
      passwordHash = given;
      return {};
    },
    hostsList: () => response('listHosts'),
    settingsGet: () => response('getSettings'),
    settingsSet: () => response('changeSettings'),
    eventsSince: (input: { token: string | null; limit: number }) => stream.since(input),
    keysList: () => response('listKeys'),
    keysCreate: () => response('createKey'),
    keysRegenerate: () => response('createKey'),
    keysRevoke: () => ({}),
    entityEdit: () => response('saveEntity'),
    entityText: () => response('getEntityText'),
    entityCreate: () => response('createEntity'),
    entityClone: () => response('cloneEntity'),
    entityRename: () => response('renameEntity'),
    entityDelete: () => response('deleteEntity'),
    entityNsfw: () => card,
    entityTransfer: () => response('transferEntity'),
    revisionsList: () => response('listRevisions'),
    revisionsGet: () => response('getRevision'),
    revisionsRevert: () => response('revertEntity'),
    trashList: () => response('listTrash'),
    trashRestore: () => response('restoreEntity'),
    trashPurge: () => ({}),
    outfitAdd: () => response('addOutfit'),
    outfitRename: () => response('renameOutfit'),
    outfitDelete: () => response('deleteOutfit'),
    outfitSave: () => response('saveOutfit'),
    coverUpload: () => card,
    coversClear: () => response('clearCovers'),
    bulk: () => response('changeMany'),
    migrateTags: () => response('migrateTags'),
    authKey: ({ sha256 }: { sha256: string }) => {
      const name = knownKeys.get(sha256);
      return { principal: name === undefined ? null : { id: name, name, scopes: scopesOf[name] } };
    },
    authSession: ({ sha256 }: { sha256: string }) => {
      const scopes = sessions.get(sha256);
      return { principal: scopes === undefined ? null : { id: sha256.slice(0, 8), name: 'session', scopes } };
    },
    sessionOpen: ({ sha256, once }: { sha256: string; once?: string }) => {
      if (once !== undefined && usedOnce.has(once)) return { opened: false };
      if (once !== undefined) usedOnce.add(once);
      sessions.set(sha256, ['admin']);
      return { opened: true };
    },
    sessionClose: ({ sha256 }: { sha256: string }) => {
      sessions.delete(sha256);
      return {};
    },
  };
  return {
    calls,
    stream,
    exampleImage: image,
    /** An entity as lists show it. */
    card,
    /** Replaces an answer; a thrown GazeError crosses the bus. */
    answer(name: RpcName, handler: Handler) {
      handlers[name] = handler;
    },
    lastInput: (name: RpcName): unknown => calls.findLast((call) => call.name === name)?.input,
    count: (name: RpcName): number => calls.filter((call) => call.name === name).length,
    revokeKey: (name: keyof typeof keys) => knownKeys.delete(hash(keys[name])),
    serve: (nc: NatsConnection, log: Log) =>
      (Object.keys(contracts) as RpcName[]).map((name) =>
        serveRpc(
          nc,
          contracts[name] as RpcContract,
          // eslint-disable-next-line @typescript-eslint/require-await -- a handler that throws must reject
          async (input) => {
            calls.push({ name, input });
            return handlers[name](input as never);
          },
          { log },
        ),
      ),
  };
}
export type CannedCatalog = ReturnType<typeof buildCannedCatalog>;

/** Numbered events as the catalog keeps them. */
function buildCannedStream() {
  let incarnation = 'first';
  let events: NumberedEvent[] = [];
  let broken = false;
  const unreadable = new Set<string>();
  const token = (sequence: number): string => `${incarnation}:${sequence}`;
  return {
    /** Numbers an event and keeps it; telling it on the bus is another matter. */
    add(event: GazeEvent): NumberedEvent {
      const numbered = { token: token(events.length + 1), event };
      events.push(numbered);
      return numbered;
    },
    /** Keeps an event that the catalog leaves out, because an older version wrote it. */
    addUnreadable(event: GazeEvent): void {
      unreadable.add(this.add(event).token);
    },
    head: () => token(events.length),
    beginAnew(name: string) {
      incarnation = name;
      events = [];
    },
    setBroken(is: boolean) {
      broken = is;
    },
    since({ token: from, limit }: { token: string | null; limit: number }) {
      if (broken) throw new GazeError('unavailable', 'The database does not answer.');
      const [name, sequence] = (from ?? '').split(':');
      if (from === null || name !== incarnation) {
        return { known: from === null, token: token(events.length), events: [], more: false };
      }
      // Small pages, so that paging is exercised.
      const pageSize = Math.min(limit, 3);
      const page = events.slice(Number(sequence), Number(sequence) + pageSize);
      const last = page.at(-1)?.token ?? token(events.length);
      const readable = page.filter((event) => !unreadable.has(event.token));
      return { known: true, token: last, events: readable, more: last !== token(events.length) };
    },
  };
}
