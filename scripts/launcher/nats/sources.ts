import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, isProgram } from '../find-program.ts';
import { runProgram } from '../run-program.ts';
import { natsArchive, natsRelease } from './archives.ts';
import type { NatsSource } from './find-server.ts';

const fileName = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
/** A network that refuses or swallows the download must not hold the start up. */
const answerLimitMs = 6000;

/** Every way to a nats-server, in the order in which they are tried. */
export function natsSources(options: {
  env: NodeJS.ProcessEnv;
  /** Folders for a fetched copy, best first; the first that can be written takes it. */
  caches: readonly string[];
  say: (line: string) => void;
}): NatsSource[] {
  return [
    named(options.env.GAZE_NATS_BIN),
    installed(options.env.PATH),
    cached(options.caches),
    downloaded(options.caches, options.say),
    fromApt(options.caches, options.say),
  ];
}

function named(path: string | undefined): NatsSource {
  return {
    name: 'GAZE_NATS_BIN',
    find: () =>
      Promise.resolve(
        path === undefined || path === ''
          ? miss('not set')
          : isProgram(path)
            ? { path }
            : miss(`${path} is not a program`),
      ),
  };
}

function installed(path: string | undefined): NatsSource {
  return {
    name: 'installed',
    find() {
      const found = findProgram(['nats-server'], path);
      return Promise.resolve(found === null ? miss('none on the PATH') : { path: found });
    },
  };
}

function cached(caches: readonly string[]): NatsSource {
  return {
    name: 'fetched before',
    find() {
      const found = caches.map((folder) => join(folder, fileName)).find(isProgram);
      return Promise.resolve(found === undefined ? miss('no copy') : { path: found });
    },
  };
}

function downloaded(caches: readonly string[], say: (line: string) => void): NatsSource {
  return {
    name: 'official release',
    async find() {
      const archive = natsArchive(process.platform, process.arch);
      if (archive === null) return miss(`no known archive for ${process.platform} on ${process.arch}`);
      say(`fetching nats-server ${natsRelease}`);
      try {
        const bytes = await download(archive.url);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        if (sha256 !== archive.sha256)
          return miss('the archive has another checksum than the release; it was thrown away');
        return await inScratch(async (scratch) => {
          const file = join(scratch, archive.url.endsWith('.zip') ? 'nats.zip' : 'nats.tar.gz');
          writeFileSync(file, bytes);
          const unpacked = await runProgram('tar', ['-xf', file, '-C', scratch]);
          if (!unpacked.ok) return miss(`the archive could not be unpacked: ${firstLine(unpacked.text)}`);
          const folder = readdirSync(scratch).find((name) => existsSync(join(scratch, name, fileName)));
          return folder === undefined
            ? miss('the archive holds no nats-server')
            : keep(join(scratch, folder, fileName), caches);
        });
      } catch (error) {
        return miss(reason(error));
      }
    },
  };
}

/** Debian's package, unpacked without installing it: that needs no root. */
function fromApt(caches: readonly string[], say: (line: string) => void): NatsSource {
  return {
    name: "Debian's package",
    find() {
      if (findProgram(['apt-get']) === null || findProgram(['dpkg']) === null)
        return Promise.resolve(miss('no apt here'));
      say('fetching nats-server with apt-get');
      return inScratch(async (scratch) => {
        // The lists of packages may be missing (containers) or old; then fresh ones go to a folder of our own.
        const own = [
          '-o',
          `Dir::State::Lists=${join(scratch, 'lists')}`,
          '-o',
          `Dir::Cache=${join(scratch, 'cache')}`,
          '-o',
          'APT::Sandbox::User=',
        ];
        mkdirSync(join(scratch, 'lists', 'partial'), { recursive: true });
        mkdirSync(join(scratch, 'cache', 'archives', 'partial'), { recursive: true });
        const fetchIt = (extra: string[]) =>
          runProgram('apt-get', ['-q', ...extra, 'download', 'nats-server'], {
            cwd: scratch,
            timeoutMs: 120_000,
          });
        let fetched = await fetchIt(['-o', 'APT::Sandbox::User=']);
        if (!fetched.ok) {
          const updated = await runProgram('apt-get', ['-q', ...own, 'update'], {
            cwd: scratch,
            timeoutMs: 120_000,
          });
          fetched = updated.ok ? await fetchIt(own) : updated;
        }
        const deb = readdirSync(scratch).find((name) => name.endsWith('.deb'));
        if (!fetched.ok || deb === undefined) return miss(lastError(fetched.text));
        const unpacked = await runProgram('dpkg', ['-x', join(scratch, deb), join(scratch, 'root')]);
        if (!unpacked.ok) return miss(firstLine(unpacked.text));
        return keep(join(scratch, 'root', 'usr', 'sbin', 'nats-server'), caches);
      });
    },
  };
}

async function download(url: string): Promise<Buffer> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error('the server does not answer')), answerLimitMs);
  try {
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    const parts: Uint8Array[] = [];
    for await (const part of response.body) {
      // Every part that arrives earns the download more time; a stalled one ends.
      timer.refresh();
      parts.push(part as Uint8Array);
    }
    return Buffer.concat(parts);
  } finally {
    clearTimeout(timer);
  }
}

function keep(program: string, caches: readonly string[]): { path: string } | { path: null; why: string } {
  const failures: string[] = [];
  for (const folder of caches) {
    try {
      mkdirSync(folder, { recursive: true });
      const half = join(folder, `${fileName}.${process.pid}`);
      copyFileSync(program, half);
      chmodSync(half, 0o755);
      renameSync(half, join(folder, fileName));
      return { path: join(folder, fileName) };
    } catch (error) {
      failures.push(reason(error));
    }
  }
  return miss(`it could not be kept (${failures.join('; ')})`);
}

async function inScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'gaze-nats-'));
  try {
    return await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const miss = (why: string): { path: null; why: string } => ({ path: null, why });
const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
const lastError = (text: string): string =>
  text.split('\n').findLast((line) => line.startsWith('E:')) ?? firstLine(text);

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== ''
    ? `${error.message} (${error.cause.message})`
    : error.message;
}
