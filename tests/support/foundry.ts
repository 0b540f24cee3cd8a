import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackOptions, TestStack } from '@gaze/testing';
import { startStack, tempDir } from '@gaze/testing';
import { makeDemoModels } from '../../scripts/launcher/demo.ts';
import type { HostProcess, HostProcessOptions } from './hosts.ts';
import { startHostProcess, urlsOf } from './hosts.ts';

const hostNames = ['Atelier', 'Cellar', 'Loft', 'Mill'] as const;

export interface Foundry extends AsyncDisposable {
  stack: TestStack;
  hosts: HostProcess[];
  host: (name: string) => HostProcess;
  modelsDir: string;
}

export interface FoundryOptions extends Pick<HostProcessOptions, 'stepMs' | 'loadMs' | 'loraLoadMs'> {
  hosts?: number;
  generators?: number;
  env?: StackOptions['env'];
  /** What differs from host to host; by its place in the row. */
  each?: (index: number) => Partial<HostProcessOptions>;
}

/** The whole GAZE over ComfyUI stand-ins with every model that the sample data names. */
export async function startFoundry(options: FoundryOptions = {}): Promise<Foundry> {
  const home = await tempDir('gaze-foundry-');
  const modelsDir = join(home.path, 'models');
  makeDemoModels(join(import.meta.dirname, '../../data'), modelsDir);
  const { stepMs = 0, loadMs = 0, loraLoadMs = 0 } = options;
  const hosts = await Promise.all(
    hostNames.slice(0, options.hosts ?? hostNames.length).map((name, index) =>
      startHostProcess({
        name,
        modelsDir,
        home: home.path,
        stepMs,
        loadMs,
        loraLoadMs,
        ...options.each?.(index),
      }),
    ),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.stop()));
    await rm(home.path, { recursive: true, force: true, maxRetries: 3 });
  };
  let stack: TestStack;
  try {
    stack = await startStack({
      demo: false,
      generators: options.generators ?? 2,
      env: { ...options.env, COMFYUI_URLS: urlsOf(hosts) },
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stack,
    hosts,
    modelsDir,
    host(name) {
      const found = hosts.find((host) => host.name === name);
      if (found === undefined) throw new Error(`there is no host ${name}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await stop();
    },
  };
}
