import { spawn } from 'node:child_process';
import path from 'node:path';
import { eventually, freePort } from '@gaze/testing';
import { expect } from 'vitest';

export interface CatalogProcess extends AsyncDisposable {
  /** What its log said so far. */
  log: () => string;
  /** What `/readyz` answers: null when ready, else the reasons; undefined while nothing answers. */
  waiting: () => Promise<string[] | null | undefined>;
  ready: () => Promise<void>;
  signal: (name: NodeJS.Signals) => void;
  /** Its exit code, once it has ended. */
  exited: Promise<number | null>;
}

const main = path.resolve(import.meta.dirname, '../../src/main.ts');

/** The service as production starts it. */
export async function catalogProcess(env: Record<string, string>): Promise<CatalogProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HEALTH_PORT: String(port), COMFYUI_URLS: 'http://127.0.0.1:9', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));

  async function waiting(): Promise<string[] | null | undefined> {
    const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (reply === undefined) return undefined;
    if (reply.ok) return null;
    const body = (await reply.json()) as { waiting: { reason: string }[] };
    return body.waiting.map(({ reason }) => reason);
  }
  return {
    log: () => text,
    waiting,
    ready: () => eventually(async () => expect(await waiting(), text).toBeNull(), { timeoutMs: 20_000 }),
    signal: (name) => child.kill(name),
    exited,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
