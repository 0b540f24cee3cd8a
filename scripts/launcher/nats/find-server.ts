import { SpokenError } from '../spoken-error.ts';
import { isSupported, parseNatsVersion } from './version.ts';

export interface NatsProgram {
  path: string;
  version: readonly [number, number, number];
}

/** One way to a nats-server. `find` gives a path, or null where this way leads nowhere; `why` is then said at the end. */
export interface NatsSource {
  name: string;
  find: () => Promise<{ path: string } | { path: null; why: string }>;
}

/**
 * The first source whose program runs and is new enough. Sources that download come last, so that a machine with
 * its own server, or a cached copy, needs no network.
 * @throws SpokenError with what every way said
 */
export async function findNatsServer(
  sources: readonly NatsSource[],
  askVersion: (path: string) => Promise<string>,
): Promise<NatsProgram & { source: string }> {
  const misses: string[] = [];
  for (const source of sources) {
    const found = await source.find();
    if (found.path === null) {
      misses.push(`${source.name}: ${found.why}`);
      continue;
    }
    const version = parseNatsVersion(await askVersion(found.path));
    if (version !== null && isSupported(version)) return { path: found.path, version, source: source.name };
    const why =
      version === null ? 'does not run here' : `is version ${version.join('.')}, and GAZE needs 2.9 or newer`;
    misses.push(`${source.name}: ${found.path} ${why}`);
  }
  throw new SpokenError(
    `No nats-server could be found or fetched.\n${misses.map((miss) => `  ${miss}`).join('\n')}\n${installHint()}`,
  );
}

function installHint(): string {
  const ways: Partial<Record<NodeJS.Platform, string>> = {
    darwin: '`brew install nats-server`',
    win32: '`scoop install nats-server` or `choco install nats-server`',
    linux:
      '`sudo apt install nats-server`, `sudo dnf install nats-server`, `sudo pacman -S nats-server` or `nix profile install nixpkgs#nats-server`',
  };
  const way = ways[process.platform] ?? 'your package manager';
  return `Install it with ${way}, or set GAZE_NATS_BIN to its path, or NATS_URL to a server that runs already.`;
}
