/** Examples of the reference, by operation. A test holds each of them against its schema. */
export interface Example {
  request?: unknown;
  response?: unknown;
}

const card = {
  category: 'characters',
  slug: 'elke_marrow',
  id: 'elke_marrow',
  name: 'Elke Marrow',
  subtitle: 'Harbour Tales',
  is_favourite: true,
  is_nsfw: false,
  cover: {
    kind: 'own',
    url: '/api/v1/media/characters/elke_marrow/gen_j1_1_0.png',
    thumb_url: `/api/v1/thumbs/${'0'.repeat(64)}/384.webp?key=characters%2Felke_marrow%2Fgen_j1_1_0.png`,
  },
  lora: { name: 'characters/elke.safetensors', weight: 0.8 },
  problem: null,
};

const backup = {
  ...{ id: '20260304-050607-a1b2c3', state: 'done', created_at: '2026-03-04T05:06:07.000Z', pictures: false },
  ...{ files: 812, bytes: 2_400_000, problem: null },
};

const importCounts = { added: 40, updated: 0, same: 2, kept: 1 };
const importRun = {
  ...{ state: 'done', folder: '/media/elke/character-browser', dry_run: true, problem: null },
  ...{ started_at: '2026-03-04T05:06:07.000Z', finished_at: '2026-03-04T05:06:09.000Z' },
  report: {
    ...{ entries: importCounts, pictures: importCounts, sidecars: importCounts, marks: importCounts },
    settings: ['Default checkpoint: Illustrious/model.safetensors'],
    ...{ notes: [], problems: [], problem_count: 0 },
  },
};

const coversQueued = {
  queued: 1,
  batch_id: 'b1',
  more: false,
  entries: [{ slug: 'elke_marrow', batch_id: 'b1', job_ids: ['j1'], problem: null }],
};

const image = {
  id: 'img_1',
  key: 'characters/elke_marrow/gen_j1_1_0.png',
  url: '/api/v1/media/characters/elke_marrow/gen_j1_1_0.png',
  thumb_url: card.cover.thumb_url,
  width: 832,
  height: 1216,
  bytes: 1_540_221,
  owner: { category: 'characters', slug: 'elke_marrow', name: 'Elke Marrow' },
  is_favourite: false,
  is_nsfw: false,
  rating: null,
  seed: 421_337,
  checkpoint: 'Illustrious/model.safetensors',
  host: 'studio',
  job_id: 'j1',
  created_at: '2026-11-23T10:00:00.000Z',
};

const job = {
  id: 'j1',
  batch_id: 'b1',
  kind: 'image',
  status: 'waiting',
  lane: 'interactive',
  label: 'Elke Marrow',
  owner: image.owner,
  cover_thumb_url: null,
  host: null,
  checkpoint: 'Illustrious/model.safetensors',
  attempts: 0,
  reason: '2 ahead on host studio, about 40 s.',
  error: null,
  seed: 421_337,
  sets_cover: false,
  is_nsfw: false,
  created_at: '2026-11-23T10:00:00.000Z',
  started_at: null,
  finished_at: null,
  images: [],
  notes: [],
};

const revision = '0'.repeat(64);
const detail = {
  ...card,
  revision,
  filename: 'elke_marrow.json',
  data: { character_id: 'elke_marrow', character_name: 'Elke Marrow', identity: { hair: 'silver hair' } },
  default_fields: [],
  active_outfit: null,
  state: {},
  images: [],
  image_count: 0,
  looks: [],
};
const written = { entity: detail, merged: false };
const change = {
  id: '12',
  at: '2026-11-23T10:00:00.000Z',
  by: { kind: 'user', name: '' },
  action: 'edit',
  state: 'done',
  note: null,
  before: revision,
  after: '1'.repeat(64),
};

const llmJob = {
  ...job,
  kind: 'llm',
  label: 'Tags of Elke Marrow',
  checkpoint: null,
  seed: null,
  reason: 'It waits for a free LLM worker.',
};
const llmSubmitted = { batch_id: 'b1', queued: 1, jobs: [llmJob], skipped: [], skipped_count: 0 };
const draft = {
  id: 'j1',
  kind: 'regenerate_tags',
  category: 'characters',
  slug: 'elke_marrow',
  name: 'Elke Marrow',
  file: null,
  state: 'waiting',
  reason: 'It was asked for so.',
  changes: [{ pointer: '/tags/origin_series', before: '', after: 'Harbour Tales' }],
  change_count: 1,
  refused: [],
  tag_report: { checked: true, replaced: [], unknown: [] },
  notes: [],
  created_at: '2026-11-23T10:00:00.000Z',
  batch_id: 'b1',
  cover_thumb_url: null,
  is_nsfw: false,
};
const limitOf = (value: number) => ({ value, origin: 'default' });
const llmProvider = {
  origin: 'settings',
  kind: 'ollama',
  base_url: 'http://127.0.0.1:11434/v1',
  model: 'qwen3:14b',
  has_key: false,
  limits: {
    call_seconds: limitOf(180),
    job_seconds: limitOf(600),
    answer_tokens: limitOf(4096),
    job_tokens: limitOf(150_000),
  },
};
const mcpServers = {
  servers: [
    {
      name: 'characters',
      address: 'http://127.0.0.1:6000/mcp',
      state: 'connected',
      origin: 'settings',
      tools_fixed: false,
      reason: 'It offers 1 tools to the model.',
      tools: [{ name: 'look_up', description: 'Finds a character.', allowed: true, reason: null }],
    },
  ],
  allow: [{ server: 'characters', tool: 'look_up', allowed: true }],
  live: true,
};
const tag = { name: 'silver_hair', category: 'general', count: 240_000, alias: null };

const recipe = {
  owner: { category: 'characters', slug: 'elke_marrow' },
  parts: { characters: [{ slug: 'elke_marrow' }], scenes: [{ slug: '__random__' }] },
  extra_positive: 'rim light',
};
const submitted = { batch_id: 'b1', jobs: [job], notes: [] };
const prompts = {
  main: '1girl, solo, red hair, rim light',
  face: 'red hair, green eyes',
  hand: 'leather gloves',
  negative: 'lowres, bad anatomy',
};
const queue = { kind: 'image', paused: false, reason: null, waiting: 3, dispatched: 1, running: 1 };
const model = {
  kind: 'lora',
  name: 'Illustrious/Looks/elke.safetensors',
  categories: ['characters', 'looks'],
  is_here: true,
  hosts: ['studio'],
  is_missing: false,
  renamed_to: null,
  bytes: 228_456_190,
  modified_at: '2026-11-20T10:00:00.000Z',
  title: 'elke_v2',
  base_model: 'sdxl_base_v1-0',
  resolution: '1024x1024',
  triggers: ['elke marrow'],
  tags: [{ tag: 'red hair', count: 38 }],
  sha256: 'a'.repeat(64),
  problem: null,
  used_by: 1,
  users: [{ category: 'characters', slug: 'elke_marrow', name: 'Elke Marrow' }],
  images: 212,
  defaults: null,
};
const modelSource = {
  ...{ kind: 'lora', is_scanned: true, files: 240, scanned_at: '2026-11-24T10:00:00.000Z', unhashed: 0 },
  says: 'Reads the LoRA files below /models/loras.',
};
const host = {
  id: '3f9a0c1d2e4b',
  name: 'studio',
  url: 'http://192.168.1.20:8188',
  state: 'up',
  reason: 'It answers.',
  version: '0.3.75',
  origin: 'environment',
  holder: 'generator-1',
  loaded_checkpoint: null,
  running: 0,
  prefetched: 0,
  missing_nodes: [],
};
const settingsHost = { ...host, id: '0c1d2e4b3f9a', name: 'Cellar', origin: 'settings' };
const fileCounts = { checkpoints: 12, loras: 240, vaes: 2 };
const hostDetail = {
  ...host,
  missing: [],
  files: fileCounts,
  read_at: '2026-11-23T10:00:00.000Z',
  timings: [{ checkpoint: 'Illustrious/model.safetensors', load_ms: 8200, step_ms: 310 }],
};
const hostCheck = {
  outcome: 'works',
  says: 'ComfyUI 0.3.75 answers; it has 12 checkpoints and 240 LoRAs.',
  url: 'http://192.168.1.21:8188',
  version: '0.3.75',
  device: { name: 'cuda:0 NVIDIA GeForce RTX 4090', vram_bytes: 25_757_220_864 },
  files: fileCounts,
  missing: [],
  took_ms: 240,
};
const sweep = {
  id: '0193f0c1d2e4',
  created_at: '2026-11-23T10:00:00.000Z',
  seed: 421_337,
  checkpoint: 'Illustrious/model.safetensors',
  pictures: [
    { weight: 0.4, job_id: 'j1', status: 'done', reason: null, image },
    { weight: 0.6, job_id: 'j2', status: 'waiting', reason: 'It is next on studio.', image: null },
  ],
};
const modelFolders = {
  roots: [
    {
      ...{ kind: 'lora', path: '/models/loras', origin: 'settings', problem: null },
      ...{ files: 240, orphans: 12, missing: 1, scanned_at: '2026-11-23T10:00:00.000Z' },
    },
    {
      ...{ kind: 'checkpoint', path: null, origin: null, problem: null },
      ...{ files: 0, orphans: 3, missing: 0, scanned_at: null },
    },
  ],
  lora_folders: [{ category: 'looks', folders: ['Illustrious/Looks/'], is_usual: true, files: 80 }],
  checkpoint_folders: [],
};
const passwordView = { is_set: true, origin: 'settings', needs_current: true };
const openSession = {
  id: '4f2a0c1d2e4b3f9a',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
  created_at: '2026-11-20T10:00:00.000Z',
  last_used_at: '2026-11-23T10:00:00.000Z',
  expires_at: '2026-12-20T10:00:00.000Z',
  is_this: true,
};

const settings = {
  default_checkpoint: 'Illustrious/model.safetensors',
  nsfw_display: 'blur',
  llm_review: 'apply',
  keep_job_days: 30,
  keep_trash_days: null,
  keep_revisions: 50,
  keep_event_hours: 24,
};
const key = {
  id: 'k1',
  name: 'nightly script',
  scopes: ['read', 'generate'],
  prefix: 'gz_4f2a',
  created_at: '2026-11-23T10:00:00.000Z',
  last_used_at: null,
};
const webhook = {
  id: '7d0a2c7e-0000-4000-8000-000000000001',
  url: 'https://studio.example/hooks/gaze',
  events: ['job.done', 'batch.ended'],
  enabled: true,
  created_at: '2026-11-23T10:00:00.000Z',
  waiting: 0,
  last: { at: '2026-11-24T10:00:00.000Z', ok: true, error: null },
};
const session = { name: 'session', scopes: ['admin'], by: 'session', local: true };
const state = { fields: ['identity::hair', 'defaults::pose'], extra_positive: 'rim light', count: 2 };
const rescanned = {
  results: [
    { category: 'characters', files: 12, added: 1, changed: 0, removed: 0, problems: 0, warning: null },
  ],
};
const keptResult = {
  image_url: '/api/v1/media/presets/evening/gen_j1_1_0.png',
  relative_path: 'presets/evening/gen_j1_1_0.png',
  images: [{ id: 'img_1', url: '/api/v1/media/presets/evening/gen_j1_1_0.png' }],
  seed: 421_337,
};

export const examples: Readonly<Record<string, Example>> = {
  listWebhooks: { response: { webhooks: [webhook] } },
  createWebhook: {
    request: { url: webhook.url, events: webhook.events },
    response: { webhook, secret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=' },
  },
  changeWebhook: { request: { enabled: false }, response: { ...webhook, enabled: false } },
  listWebhookDeliveries: {
    response: {
      deliveries: [
        {
          id: 'msg_1',
          event: 'job.done',
          created_at: '2026-11-24T10:00:00.000Z',
          attempts: 2,
          state: 'waiting',
          error: 'The receiver answered 500 in place of 2xx.',
          next_try_at: '2026-11-24T10:00:30.000Z',
        },
      ],
    },
  },
  testWebhook: { response: { ok: true, error: null } },
  countLibrary: { response: { counts: { characters: 12, outfits: 30 }, images: 480, problems: 1 } },
  listLibrary: { response: { items: [card], next_cursor: null } },
  listFacets: {
    response: {
      total: 12,
      facets: [
        {
          key: 'origin_series',
          label: 'Series',
          values: [{ value: 'Harbour Tales', label: 'Harbour Tales', count: 4 }],
        },
      ],
    },
  },
  rescanCategory: { response: rescanned },
  rescanLibrary: { response: rescanned },
  saveEntity: { request: { data: detail.data }, response: written },
  patchEntity: {
    request: { patch: { identity: { hair: 'red hair' } } },
    response: { ...written, merged: true },
  },
  getEntityText: {
    response: {
      text: '{\n  "character_id": "elke_marrow"\n}\n',
      revision,
      filename: 'elke_marrow.json',
      problem: null,
    },
  },
  saveEntityText: { request: { text: '{\n  "character_id": "elke_marrow"\n}\n' }, response: written },
  setEntityNsfw: { request: { nsfw: true }, response: { ...card, is_nsfw: true } },
  createEntity: { request: { name: 'Elke Marrow' }, response: written },
  cloneEntity: { request: { name: 'Elke, older' }, response: written },
  renameEntity: { request: { id: 'elke_vane', name: 'Elke Vane' }, response: written },
  transferEntity: {
    request: { to: 'looks', source: 'keep' },
    response: { entity: detail, left_out: ['wardrobe::top'], trash_id: null },
  },
  deleteEntity: { response: { trash_id: '7f3a2c1e' } },
  listRevisions: { response: { items: [change], next_cursor: null } },
  getRevision: {
    response: {
      ...change,
      changes: [{ pointer: '/identity/hair', before: 'silver hair', after: 'red hair' }],
      before_text: null,
      after_text: null,
    },
  },
  revertEntity: { request: { to: 'before' }, response: written },
  listTrash: {
    response: {
      items: [
        {
          id: '7f3a2c1e',
          category: 'characters',
          slug: 'elke_marrow',
          name: 'Elke Marrow',
          filename: 'elke_marrow.json',
          model_file: null,
          deleted_by: change.by,
          deleted_at: change.at,
        },
      ],
      next_cursor: null,
    },
  },
  restoreEntity: { response: written },
  addOutfit: { request: { name: 'winter coat', copy_of: 'default' }, response: written },
  renameOutfit: { request: { name: 'rain coat' }, response: written },
  deleteOutfit: { response: written },
  saveOutfit: { request: { name: 'Winter coat' }, response: written },
  clearCovers: { response: { cleared: 12 } },
  changeMany: {
    request: { slugs: ['elke_marrow'], change: { action: 'favourite', favourite: true } },
    response: { results: [{ category: 'characters', slug: 'elke_marrow', problem: null }] },
  },
  regenerateEntityTags: { request: {}, response: llmSubmitted },
  regenerateCategoryTags: { request: { review: 'review', slugs: ['elke_marrow'] }, response: llmSubmitted },
  regenerateAllTags: { request: { review: 'review', lane: 'batch' }, response: llmSubmitted },
  describeEntity: {
    request: { description: 'A lighthouse keeper with silver hair and a brass telescope.' },
    response: {
      ...llmSubmitted,
      jobs: [{ ...llmJob, owner: null, label: 'New character: A lighthouse keeper' }],
    },
  },
  bulkCreateEntities: {
    request: { files: ['Illustrious/Looks/elke.safetensors'], overwrite: false },
    response: {
      ...llmSubmitted,
      skipped: [
        { item: 'Illustrious/Looks/tamsin.safetensors', reason: '«Tamsin» in characters uses it already.' },
      ],
      skipped_count: 1,
    },
  },
  getTranscript: {
    response: {
      job_id: 'j1',
      attempt: 1,
      attempts: [1],
      transcript: {
        v: 1,
        model: 'a-model',
        provider: 'llm.example',
        prompt_file: 'regenerate_tags_system.txt',
        started_at: '2026-11-24T20:00:00.000Z',
        seconds: 4.2,
        messages: [],
        turns: 2,
        tokens: { prompt: 1800, completion: 160, total: 1960 },
        cost: null,
        retries: [],
        repairs: [],
        truncated: false,
      },
    },
  },
  listDrafts: { response: { items: [draft], next_cursor: null, waiting: 1 } },
  proposeEdit: {
    request: { patch: { identity: { hair: 'copper hair' } }, note: 'Red hair reads as orange.' },
    response: { ...draft, kind: 'proposed_edit' },
  },
  decideDrafts: { request: { decision: 'apply', batch_id: 'b1' }, response: { decided: 12, waiting: 0 } },
  getLlmProvider: { response: llmProvider },
  setLlmProvider: {
    request: { kind: 'ollama', base_url: 'http://127.0.0.1:11434/v1', model: 'qwen3:14b', api_key: null },
    response: llmProvider,
  },
  forgetLlmProvider: {
    response: { ...llmProvider, origin: 'none', kind: null, base_url: null, model: null },
  },
  testLlmProvider: {
    request: { base_url: 'http://127.0.0.1:11434/v1', model: 'qwen3:14b' },
    response: {
      ok: true,
      message: 'qwen3:14b answers and calls tools.',
      seconds: 1.4,
      models: ['qwen3:14b'],
      reachable: true,
      model_known: true,
      answers: true,
      tool_calls: true,
    },
  },
  listMcpServers: { response: mcpServers },
  setMcpServers: {
    request: { servers: [{ name: 'characters', url: 'http://127.0.0.1:6000/mcp' }] },
    response: mcpServers,
  },
  getDraft: { response: draft },
  applyDraft: { request: { pointers: ['/tags/origin_series'] }, response: written },
  discardDraft: { response: { ...draft, state: 'discarded', reason: 'It was discarded.' } },
  searchTags: { response: { tags: [tag] } },
  suggestTags: { response: { tags: [tag] } },
  validateTags: {
    request: { tags: ['silver hair', 'siver hair'] },
    response: {
      results: [
        {
          tag: 'silver hair',
          status: 'exact',
          name: 'silver_hair',
          category: 'general',
          count: 240_000,
          suggestions: [],
        },
        {
          ...{ tag: 'siver hair', status: 'unknown', name: null, category: null, count: null },
          suggestions: [{ name: 'silver_hair', category: 'general', count: 240_000, kind: 'spelling' }],
        },
      ],
    },
  },
  migrateTags: { request: { category: 'scenes' }, response: { migrated: 3, remaining: 0, problems: [] } },
  listMissing: { response: { items: [{ ...card, cover: null }], next_cursor: null } },
  generateMissing: {
    request: { limit: 100 },
    response: coversQueued,
  },
  generateCovers: { request: { slugs: ['elke_marrow'] }, response: coversQueued },
  exportEntities: { request: { slugs: ['elke_marrow', 'captain_oda'] } },
  setEntityFavourite: { request: { favourite: true }, response: card },
  setEntityDefaults: { request: { fields: ['identity::hair'] }, response: card },
  wearOutfit: { request: { outfit: 'winter coat' }, response: card },
  getEntityState: { response: state },
  setEntityState: { request: state, response: state },
  setEntityCover: { request: { image_id: 'img_1' }, response: card },
  clearEntityCover: { response: { ...card, cover: null } },
  generateEntity: { request: { count: 2, extra_positive: 'rim light' }, response: submitted },
  previewPrompt: {
    request: { recipe },
    response: { prompts, notes: [], checkpoint: 'Illustrious/model.safetensors' },
  },
  judgeRecipe: {
    request: { recipe },
    response: {
      verdict: {
        level: 'good',
        headline: 'Meridian XL v3 is loaded on Atelier: rendering begins at once.',
        findings: [
          { code: 'hosts_have_all', level: 'good', text: 'Atelier holds every file.' },
          {
            code: 'loaded',
            level: 'good',
            text: 'Meridian XL v3 is loaded on Atelier: rendering begins at once.',
          },
        ],
      },
      files: [
        { kind: 'checkpoint', name: 'Illustrious/model.safetensors', base_model: null, triggers: [] },
        {
          ...{ kind: 'lora', name: 'characters/elke.safetensors' },
          ...{ base_model: 'sdxl_base_v1-0', triggers: ['elke'] },
        },
      ],
      hosts: [
        {
          ...{ id: '0123456789ab', name: 'Atelier', state: 'up', reason: 'It answers.', is_known: true },
          ...{ missing: [], is_loaded: true, load_seconds: 0, image_seconds: 14.2 },
        },
      ],
      notes: [],
    },
  },
  getCoverage: {
    response: {
      cells: [
        {
          ...{ outfit: 'winter_harbour', worn: null, action: 'drinking_tea', count: 3 },
          best: {
            ...{ id: image.id, thumb_url: image.thumb_url, width: image.width, height: image.height },
            ...{ is_favourite: true, is_nsfw: false, rating: 5 },
          },
        },
      ],
      images: 41,
    },
  },
  submitJobs: { request: { recipe, count: 1 }, response: submitted },
  listJobs: { response: { items: [job], next_cursor: null } },
  getJob: { response: { ...job, attempt_history: [], prompts } },
  cancelJobs: { request: { batch_id: 'b1' }, response: { jobs: [{ ...job, status: 'cancelled' }] } },
  cancelJob: { response: { jobs: [{ ...job, status: 'cancelled' }] } },
  retryJob: { response: job },
  moveJobToFront: { response: job },
  submitBatches: {
    request: { entries: [{ recipe }, { recipe, count: 2, lane: 'batch' }] },
    response: {
      accepted: 2,
      entries: [
        { batch_id: 'b1', job_ids: ['j1'], notes: [], problem: null },
        { batch_id: 'b2', job_ids: ['j2', 'j3'], notes: [], problem: null },
      ],
    },
  },
  getBatch: {
    response: {
      id: 'b1',
      finished: false,
      counts: { waiting: 1, dispatched: 0, running: 0, cancelling: 0, done: 0, failed: 0, cancelled: 0 },
      jobs: [job],
    },
  },
  listQueues: { response: { queues: [queue] } },
  pauseQueue: { request: { paused: true }, response: { ...queue, paused: true, reason: 'Paused by hand.' } },
  listImages: { response: { items: [image], next_cursor: null } },
  getImage: { response: { ...image, generation: null } },
  setImageFlags: {
    request: { is_favourite: true, rating: 5 },
    response: { ...image, is_favourite: true, rating: 5, generation: null },
  },
  makeImageAgain: { request: { exactly: true }, response: submitted },
  countImages: {
    response: {
      buckets: [
        { bucket: '2026-11', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', count: 480 },
      ],
      total: 480,
    },
  },
  setManyImageFlags: {
    request: { ids: ['img_1', 'img_2'], rating: 5 },
    response: {
      results: [
        { id: 'img_1', image: { ...image, rating: 5 }, problem: null },
        {
          id: 'img_2',
          image: null,
          problem: { code: 'not_found', message: 'There is no picture «img_2».', field: 'image_id' },
        },
      ],
    },
  },
  trashImages: {
    request: { ids: ['img_1'] },
    response: { results: [{ id: 'img_1', image: null, problem: null }] },
  },
  restoreImages: {
    request: { ids: ['img_1'] },
    response: { results: [{ id: 'img_1', image, problem: null }] },
  },
  purgeImages: {
    request: { ids: ['img_1'] },
    response: { results: [{ id: 'img_1', image: null, problem: null }] },
  },
  listTrashedImages: {
    response: {
      items: [
        {
          ...image,
          trashed_at: '2026-11-24T10:00:00.000Z',
          cover_of: [{ category: 'characters', slug: 'elke_marrow' }],
        },
      ],
      next_cursor: null,
    },
  },
  emptyImageTrash: { response: { purged: 12, left: 0 } },
  rescanImages: {
    response: {
      ...{ files: 480, added: 2, changed: 0, moved: 1, missing: 0, swept: 0 },
      problems: [
        { key: 'characters/elke_marrow/page.png', message: 'This is not a PNG, JPEG or WebP picture.' },
      ],
      warning: null,
    },
  },
  inspectPicture: {
    response: {
      ...{ format: 'png', width: 832, height: 1216, generation: null },
      metadata: {
        ...{ source: 'a1111', positive: 'a paper lantern', negative: 'lowres', seed: 421_337 },
        ...{ checkpoint: 'meridian_xl', model_hash: '0a1b2c3d4e', loras: [{ name: 'elke', weight: 0.8 }] },
        ...{ steps: 28, cfg: 6, sampler: 'Euler a', scheduler: 'Karras', width: 832, height: 1216 },
      },
      recipe: {
        ...{
          owner: null,
          parts: {},
          checkpoint: 'meridian_xl',
          stackLoras: false,
          faceDetail: 'auto',
          handDetail: 'auto',
        },
        ...{
          extra_positive: 'a paper lantern',
          extra_negative: 'lowres',
          seed: 421_337,
          width: 832,
          height: 1216,
        },
        ...{ cover: 'keep', nsfw: 'all' },
      },
      notes: ['It was made with «elke»; add the entries that use these LoRAs.'],
    },
  },
  listModels: { response: { items: [model], next_cursor: null, source: modelSource } },
  getModel: { response: model },
  rescanModels: {
    response: {
      results: [
        {
          ...{
            kind: 'lora',
            is_scanned: true,
            files: 240,
            added: 1,
            changed: 0,
            renamed: 0,
            removed: 0,
            problems: 0,
          },
          warning: null,
        },
      ],
    },
  },
  search: {
    response: {
      groups: [
        {
          category: 'characters',
          found: { count: 1, is_capped: false },
          items: [
            {
              card,
              name: [
                { text: 'Elke', is_hit: true },
                { text: ' Marrow', is_hit: false },
              ],
              snippet: null,
            },
          ],
        },
      ],
      images: {
        found: { count: 1000, is_capped: true },
        items: [{ image, snippet: [{ text: 'elke', is_hit: true }] }],
      },
    },
  },
  listHosts: { response: { hosts: [host] } },
  getHost: { response: hostDetail },
  addHost: { request: { url: 'http://192.168.1.21:8188', name: 'Cellar' }, response: settingsHost },
  changeHost: { request: { enabled: false }, response: { ...settingsHost, state: 'disabled' } },
  testAddress: { request: { url: '192.168.1.21:8188' }, response: hostCheck },
  testHost: { response: hostCheck },
  listSweeps: { response: { sweeps: [sweep] } },
  startSweep: { request: { from: 0.4, to: 1.2, step: 0.2, seed: 421_337 }, response: { sweep, notes: [] } },
  saveBestWeight: { request: { weight: 0.8 }, response: written },
  getModelFolders: { response: modelFolders },
  setModelFolders: { request: { lora_root: '/models/loras' }, response: modelFolders },
  getPassword: { response: passwordView },
  changePassword: {
    request: { current: 'correct horse battery staple', password: 'a longer one than before' },
    response: passwordView,
  },
  listSessions: { response: { sessions: [openSession] } },
  getStorage: {
    response: {
      entities: { characters: 12, outfits: 40 },
      pictures: { count: 5210, bytes: 8_120_000_000 },
      trash: { pictures: 4, entries: 1, bytes: 6_100_000 },
      ...{ revisions: 230, jobs: 900, database_bytes: 41_000_000, store: 'disk' },
      backups: { count: 1, bytes: 2_400_000 },
      disks: [{ holds: 'data', free_bytes: 120_000_000_000, total_bytes: 500_000_000_000 }],
    },
  },
  runDoctor: {
    response: {
      findings: [
        {
          ...{ check: 'covers', state: 'fault', message: 'One cover points at nothing.', count: 1 },
          ...{ examples: ['outfits/coat'], repair: 'Takes these covers away.', repaired: false },
        },
      ],
      ...{ faults: 1, seconds: 0.8 },
    },
  },
  listBackups: { response: { backups: [backup] } },
  makeBackup: { request: { pictures: false }, response: { ...backup, state: 'running' } },
  getImport: { response: { run: importRun, roots: ['/media/elke'] } },
  startImport: { request: { folder: '/media/elke/character-browser', dry_run: true }, response: importRun },
  getSettings: { response: settings },
  changeSettings: { request: { nsfw_display: 'hide' }, response: { ...settings, nsfw_display: 'hide' } },
  listProblems: {
    response: {
      problems: [
        {
          category: 'outfits',
          file: 'coat.json',
          kind: 'syntax',
          message: 'A comma is missing after line 4.',
          line: 4,
          column: 12,
          pointer: null,
          slug: 'coat',
          since: '2026-11-23T10:00:00.000Z',
        },
      ],
    },
  },
  listKeys: { response: { keys: [key] } },
  createKey: {
    request: { name: 'nightly script', scopes: ['read', 'generate'] },
    response: { key, secret: 'gz_4f2a…' },
  },
  getSession: { response: session },
  signIn: { request: { password: 'correct horse battery staple' }, response: { ...session, local: false } },
  keptPresets: {
    response: { presets: [{ id: 'evening', slug: 'evening', name: 'Evening', has_cover: true }] },
  },
  keptGenerate: {
    request: { count: 2, extra_positive: 'rim light' },
    response: {
      jobs: [
        { job_id: 'j1', status: 'queued' },
        { job_id: 'j2', status: 'queued' },
      ],
    },
  },
  keptJob: { response: { id: 'j1', label: 'Evening', status: 'done', error: null, result: keptResult } },
  keptQueueStatus: { response: { status: 'done', result: keptResult } },
  keptRegenerateKey: { response: { api_key: 'gz_4f2a…' } },
  getHealth: { response: { status: 'alive' } },
  getReadiness: { response: { status: 'ready', waiting: [] } },
};
