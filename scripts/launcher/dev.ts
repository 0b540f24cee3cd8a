import { join } from 'node:path';
import type { LaunchContext } from './context.ts';
import { root } from './paths.ts';
import { buildServicePart } from './service-part.ts';
import type { LaunchSettings } from './settings.ts';
import type { Part } from './supervise.ts';
import type { Teller } from './teller.ts';

/** The app as it is edited: vite serves it beside the gateway and hands it everything that is not the app's own. */
export const devPort = (settings: LaunchSettings): number => settings.port + 1;

export const devUrl = (settings: LaunchSettings): string => `http://127.0.0.1:${devPort(settings)}`;

export function devWebPart({ settings, env }: LaunchContext, logs: string, teller: Teller): Part {
  return buildServicePart({
    name: 'web',
    script: join(root, 'scripts/launcher/dev-web.ts'),
    args: [String(devPort(settings)), `http://127.0.0.1:${settings.port}`],
    env,
    cwd: join(root, 'apps/web'),
    logs,
    watch: false,
    onLine: teller.of('web'),
  });
}
