import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogEntry } from '@gaze/comfyui-stand-in';
import { freePort } from '@gaze/testing';

const script = join(import.meta.dirname, '../../tools/comfyui-stand-in/src/main.ts');

/** A ComfyUI stand-in in a process of its own, so that it keeps time whatever the test does. */
export interface HostProcess extends AsyncDisposable {
  name: string;
  url: string;
  /** Everything that it was asked and did, its earlier lives included. */
  log: () => Promise<LogEntry[]>;
  fault: (fault: Record<string, unknown>) => Promise<void>;
  clearFaults: () => Promise<void>;
  cutSockets: () => Promise<void>;
  /** SIGKILL: the port is closed, and all that it held in memory is gone. */
  die: () => Promise<void>;
  /** Starts it again on the same address. */
  revive: () => Promise<void>;
  stop: () => Promise<void>;
}

export interface HostProcessOptions {
  name: string;
  modelsDir: string;
  home: string;
  stepMs?: number;
  loadMs?: number;
  loraLoadMs?: number;
  profile?: 'OLD' | 'NEW';
  separators?: 'linux' | 'windows';
}

export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(join(options.home, options.name), { recursive: true });
  let child: ChildProcess | null = await launch(options, port);
  let earlier: LogEntry[] = [];

  async function control(method: string, path: string, body?: unknown): Promise<unknown> {
    const sent =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${url}/_stand-in${path}`, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${options.name} answered ${response.status}: ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
  async function order(method: string, path: string, body?: unknown): Promise<void> {
    await control(method, path, body);
  }
  async function log(): Promise<LogEntry[]> {
    if (child === null) return earlier;
    const { entries } = (await control('GET', '/log')) as { entries: LogEntry[] };
    const offset = earlier.at(-1)?.seq ?? 0;
    return [...earlier, ...entries.map((entry) => ({ ...entry, seq: entry.seq + offset }))];
  }
  async function end(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGKILL');
    await gone;
  }

  return {
    name: options.name,
    url,
    log,
    fault: (fault) => order('POST', '/faults', fault),
    clearFaults: () => order('DELETE', '/faults'),
    cutSockets: () => order('POST', '/cut-sockets'),
    async die() {
      earlier = await log();
      await end();
    },
    async revive() {
      child ??= await launch(options, port);
    },
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}

async function launch(options: HostProcessOptions, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env.PATH,
      STANDIN_PORT: String(port),
      STANDIN_NAME: options.name,
      STANDIN_MODELS_DIR: options.modelsDir,
      STANDIN_OUTPUT_DIR: join(options.home, options.name),
      STANDIN_STEP_MS: String(options.stepMs ?? 0),
      STANDIN_LOAD_MS: String(options.loadMs ?? 0),
      STANDIN_LORA_LOAD_MS: String(options.loraLoadMs ?? 0),
      STANDIN_PROFILE: options.profile ?? 'NEW',
      STANDIN_SEPARATORS: options.separators ?? 'linux',
      STANDIN_PREVIEW_METHOD: 'none',
      STANDIN_PICTURES: 'plain',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new Error(`${options.name} did not start: ${said}`)));
  });
  return child;
}

/** The value of COMFYUI_URLS for these hosts. */
export function urlsOf(hosts: readonly HostProcess[]): string {
  return hosts.map(({ name, url }) => `${name}=${url}`).join(',');
}
