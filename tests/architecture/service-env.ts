import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/launcher/paths.ts';

const shared = ['libs/runtime/src/env.ts', 'libs/media/src/from-env.ts'];

/** Variables that the images themselves read. */
const ofImages = ['HEALTH_URL'];

/**
 * Names of the variables that a service's schema knows, from its source: keys in capitals of its `env.ts`, and of the
 * parts that several services share.
 */
export function knownVariables(service: string): Set<string> {
  const own = service.includes('/') ? service : `services/${service}`;
  const files = [join(own, 'src/env.ts'), ...shared];
  const names = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].map(
      ([, name]) => name ?? '',
    ),
  );
  return new Set([...names, ...ofImages]);
}
