import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { demoHosts, makeDemoModels } from './demo.ts';
import { root } from './paths.ts';
import { freePort } from './ports.ts';
import { buildServicePart } from './service-part.ts';
import type { ServiceOptions } from './service-part.ts';
import type { LaunchSettings } from './settings.ts';
import type { Part } from './supervise.ts';

export interface DemoParts {
  parts: Part[];
  /** Variables by which the services find the stand-ins. */
  env: Record<string, string>;
  addresses: Record<string, string>;
  summary: string;
}

const usualStepMs = 120;
const usualLoadMs = 1500;
const usualLoraLoadMs = 200;

/** Two ComfyUI stand-ins with every model that the data folder names, and a stand-in LLM. */
export async function buildDemoParts(options: {
  settings: LaunchSettings;
  env: NodeJS.ProcessEnv;
  logs: string;
  onLine: (name: string) => ServiceOptions['onLine'];
}): Promise<DemoParts> {
  const { settings } = options;
  const home = join(settings.stateDir, 'demo');
  const models = makeDemoModels(settings.dataDir, join(home, 'models'));
  const stepMs = settings.stepMs ?? usualStepMs;
  const common = { env: childEnv(options.env), cwd: root, logs: options.logs, watch: false };
  const addresses: Record<string, string> = {};
  const parts: Part[] = [];
  for (const host of demoHosts) {
    const port = await freePort();
    addresses[host] = `http://127.0.0.1:${port}`;
    const name = host.toLowerCase();
    const env = {
      ...common.env,
      STANDIN_PORT: String(port),
      STANDIN_NAME: host,
      STANDIN_MODELS_DIR: join(home, 'models'),
      STANDIN_OUTPUT_DIR: join(home, name),
      STANDIN_STEP_MS: String(stepMs),
      STANDIN_LOAD_MS: String(settings.stepMs ?? usualLoadMs),
      STANDIN_LORA_LOAD_MS: String(settings.stepMs ?? usualLoraLoadMs),
    };
    const script = join(root, 'tools/comfyui-stand-in/src/main.ts');
    parts.push(buildServicePart({ ...common, env, name, script, onLine: options.onLine(name) }));
  }
  const env: Record<string, string> = {
    COMFYUI_URLS: Object.entries(addresses)
      .map(([name, address]) => `${name}=${address}`)
      .join(','),
  };
  const llm = join(root, 'tools/llm-stand-in/src/main.ts');
  if (existsSync(llm)) {
    const port = await freePort();
    parts.push(
      buildServicePart({
        ...common,
        name: 'llm',
        script: llm,
        args: ['--port', String(port)],
        onLine: options.onLine('llm'),
      }),
    );
    Object.assign(env, {
      LLM_BASE_URL: `http://127.0.0.1:${port}/v1`,
      // Another word than the model's name: transcripts hide whatever the key is.
      LLM_API_KEY: 'demo-key',
      LLM_MODEL: 'stand-in',
    });
  }
  return {
    parts,
    env,
    addresses,
    summary: `${demoHosts.join(' and ')}, two stand-ins for ComfyUI with ${models} model names`,
  };
}

/** The stand-ins are strangers: they get no secret of this house. */
function childEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'TZ', 'LANG', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
