/** Processes that the launcher starts from the project's own source. */
export type ServiceName = 'catalog' | 'generator' | 'gateway' | 'llm-worker' | 'danbooru-mcp';

/** Who may know what: a variable that is not named here goes to everybody, one that is goes to these alone. */
const readers: Readonly<Record<string, readonly ServiceName[]>> = {
  DATABASE_URL: ['catalog'],
  DATA_DIR: ['catalog'],
  LORA_ROOT: ['catalog'],
  CHECKPOINT_ROOT: ['catalog'],
  COMFYUI_URL: ['catalog'],
  COMFYUI_URLS: ['catalog'],
  UPLOADS_DIR: ['catalog', 'generator', 'gateway'],
  S3_ENDPOINT: ['catalog', 'generator', 'gateway'],
  S3_BUCKET: ['catalog', 'generator', 'gateway'],
  S3_ACCESS_KEY: ['catalog', 'generator', 'gateway'],
  S3_SECRET_KEY: ['catalog', 'generator', 'gateway'],
  S3_REGION: ['catalog', 'generator', 'gateway'],
  LLM_BASE_URL: ['catalog', 'llm-worker'],
  LLM_API_KEY: ['catalog', 'llm-worker'],
  LLM_MODEL: ['catalog', 'llm-worker'],
  MCP_SERVERS: ['catalog', 'llm-worker'],
  GAZE_KEY_FILE: ['catalog', 'llm-worker'],
  PROMPTS_DIR: ['catalog', 'llm-worker'],
  IMPORT_ROOTS: ['catalog'],
  MCP_TOOLS: ['llm-worker'],
  MCP_PORT: ['danbooru-mcp'],
  DANBOORU_MCP_URL: ['llm-worker'],
  TAGS_DIR: ['danbooru-mcp'],
  GAZE_PASSWORD: ['gateway'],
  GAZE_LOCAL: ['gateway'],
  GAZE_LOCAL_TOKEN: ['gateway'],
  GAZE_SETUP_TOKEN: ['gateway'],
  GAZE_ORIGINS: ['gateway'],
  TRUSTED_PROXIES: ['gateway'],
  REQUESTS_PER_MINUTE: ['gateway'],
  HOST: ['gateway'],
  PORT: ['gateway'],
  WEB_DIR: ['gateway'],
};

/** Set by npm or meant for the launcher alone. */
const dropped =
  /^(npm_|INIT_CWD$|NODE$|GAZE_STATE_DIR$|GAZE_NATS_BIN$|GAZE_CHROMIUM$|GAZE_TEST_|NATS_(URL|USER|PASSWORD)$|HEALTH_PORT$|HEALTH_HOST$|SERVICE_INSTANCE$)/;

/** The environment of one service: the launcher's own, less what is not for it, with `added` filtered alike. */
export function serviceEnv(
  service: ServiceName,
  inherited: NodeJS.ProcessEnv,
  added: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !dropped.test(name));
  const all = { ...Object.fromEntries(kept), ...added };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) => value !== undefined && (readers[name]?.includes(service) ?? true),
    ),
  );
}
