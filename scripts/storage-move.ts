import { copyStore, diskStore, storeEnv, storeFromEnv } from '@gaze/media';
import { parseEnv } from '@gaze/runtime';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { lockFolder } from './launcher/obstacles.ts';
import { readLaunchSettings } from './launcher/settings.ts';
import { SpokenError } from './launcher/spoken-error.ts';
import { readStorageFile, writeStorageFile } from './launcher/storage-file.ts';
import { join } from 'node:path';

/*
 * npm run storage:move -- --to s3|disk
 * Takes all pictures to the S3 server that S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY name, or back into
 * the pictures folder; compares every sum; then the next start uses the new place. What was cut off goes on.
 */
const tellEvery = 500;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const to = target();
  const settings = readLaunchSettings([], process.env);
  mkdirSync(settings.stateDir, { recursive: true, mode: 0o700 });
  // A GAZE that runs would go on writing into the old place.
  const lock = lockFolder(join(settings.stateDir, 'lock'), 'npm run storage:move', 'state');
  try {
    const s3 = readS3({ ...(readStorageFile(settings.stateDir) ?? {}), ...given(process.env) });
    const disk = diskStore({ root: settings.uploadsDir });
    const remote = storeFromEnv({ ...s3, UPLOADS_DIR: settings.uploadsDir });
    const [from, into] = to === 's3' ? [disk, remote] : [remote, disk];
    await from.prepare();
    let told = 0;
    const done = await copyStore(from, into, ({ copied, kept, bytes }) => {
      if (copied + kept < told + tellEvery) return;
      told = copied + kept;
      say(`  ${told} files, ${megabytes(bytes)}`);
    });
    writeStorageFile(settings.stateDir, to === 's3' ? s3 : null);
    say(
      `${done.copied + done.kept} files, ${megabytes(done.bytes)}: ${done.copied} copied, ${done.kept} were there already; every sum is right.`,
    );
    say(
      to === 's3'
        ? `From the next start on pictures lie in the bucket «${s3.S3_BUCKET}». The folder ${settings.uploadsDir} stays as it is; delete it when you are sure.`
        : `From the next start on pictures lie in ${settings.uploadsDir}, unless S3_ENDPOINT is set. The bucket stays as it is; delete it when you are sure.`,
    );
  } finally {
    lock.release();
  }
}

function target(): 's3' | 'disk' {
  try {
    const { to } = parseArgs({ options: { to: { type: 'string' } } }).values;
    if (to === 's3' || to === 'disk') return to;
  } catch {
    // Said below, with what there is.
  }
  throw new SpokenError('Say where to: npm run storage:move -- --to s3, or -- --to disk.');
}

function given(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name.startsWith('S3_') && value !== ''),
  );
}

const S3 = z.object({
  S3_ENDPOINT: z.url(),
  S3_BUCKET: storeEnv.S3_BUCKET,
  S3_ACCESS_KEY: z.string(),
  S3_SECRET_KEY: z.string(),
  S3_REGION: storeEnv.S3_REGION,
});

function readS3(env: NodeJS.ProcessEnv): z.infer<typeof S3> {
  try {
    return parseEnv(S3, env);
  } catch {
    throw new SpokenError(
      'Name the S3 server: set S3_ENDPOINT (such as http://nas:9000), S3_ACCESS_KEY and S3_SECRET_KEY, and S3_BUCKET where it is not to be «gaze».',
    );
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

try {
  await main();
} catch (error) {
  // What a store or the launcher says is meant for people; anything else is a fault of ours, with its trace.
  const isSpoken = error instanceof SpokenError || (error instanceof Error && 'code' in error);
  if (!isSpoken) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
