import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './program.ts';

/** The release of Debian whose plugins also run on the one before it. */
const release = 'trixie';
const packages = ['docker-compose', 'docker-buildx'];
const plugins = ['docker-compose', 'docker-buildx'];

/**
 * Compose v2 and buildx as plugins below `home/config`, unpacked from Debian's packages without installing them:
 * Debian 12 itself has neither. The source is that of this machine, for the newer release.
 * @returns the folder for DOCKER_CONFIG
 */
export async function unpackPlugins(home: string): Promise<string> {
  const apt = join(home, 'apt');
  const config = join(home, 'config');
  for (const folder of ['lists/partial', 'cache/archives/partial', 'unpacked'])
    mkdirSync(join(apt, folder), { recursive: true });
  const source = join(apt, 'debian.sources');
  writeFileSync(source, sourceFor(release));
  const options = [
    `Dir::Etc::sourcelist=${source}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(apt, 'lists')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, 'update', '-qq']);
  await run('apt-get', [...options, 'download', ...packages], { cwd: apt });
  const archives = readdirSync(apt).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) await run('dpkg', ['-x', archive, 'unpacked'], { cwd: apt });
  mkdirSync(join(config, 'cli-plugins'), { recursive: true });
  for (const plugin of plugins) {
    const link = join(config, 'cli-plugins', plugin);
    rmSync(link, { force: true });
    symlinkSync(join(apt, 'unpacked/usr/libexec/docker/cli-plugins', plugin), link);
  }
  return config;
}

/** This machine's first source of Debian itself, for another release. @throws Error where it has none */
function sourceFor(suite: string): string {
  const folder = '/etc/apt/sources.list.d';
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.sources'))) {
    for (const block of readFileSync(join(folder, name), 'utf8').split(/\n\s*\n/)) {
      const field = (key: string): string | undefined =>
        new RegExp(`^${key}:\\s*(.+)$`, 'm').exec(block)?.[1];
      const [uris, suites, keys] = [field('URIs'), field('Suites'), field('Signed-By')];
      if (uris === undefined || suites === undefined || keys === undefined) continue;
      if (/\/debian\/?$/.test(uris) && /^[a-z]+( |$)/.test(suites))
        return `Types: deb\nURIs: ${uris}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keys}\n`;
    }
  }
  throw new Error('No Debian source is set up on this machine, so Compose cannot be had from there.');
}
