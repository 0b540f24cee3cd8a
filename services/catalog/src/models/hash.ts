import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ModelKind } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import type { ModelRoots } from '../editing/deps.ts';

export interface HashDeps {
  db: Db;
  roots: ModelRoots;
  log: Log;
  signal: AbortSignal;
}

const pieceBytes = 4 * 1024 * 1024;

/**
 * Hashes one file after the other until none is due, small ones first. At low priority: after each piece it rests as
 * long as the piece took, so that it never has more than half of a disk or a processor.
 */
export async function hashDueModels(deps: HashDeps): Promise<number> {
  const passed: { kind: ModelKind; name: string }[] = [];
  for (let done = 0; ; done++) {
    const due = await nextDue(deps, passed);
    if (due === undefined) return done;
    const root = deps.roots[due.kind];
    const sha256 =
      root === undefined
        ? null
        : await hashFile(path.join(root, due.name), deps.signal).catch((error: unknown) => {
            deps.signal.throwIfAborted();
            deps.log.warn(
              { err: error, file: due.name },
              'a model file could not be hashed; the next scan looks again',
            );
            return null;
          });
    if (sha256 === null) {
      passed.push(due);
      continue;
    }
    await deps.db
      .updateTable('model_file')
      .set({ sha256 })
      .where('kind', '=', due.kind)
      .where('name', '=', due.name)
      // The file may have changed while it was read.
      .where('mtime_ms', '=', due.mtime_ms)
      .where('bytes', '=', due.bytes)
      .execute();
  }
}

function nextDue({ db, roots }: HashDeps, passed: readonly { kind: ModelKind; name: string }[]) {
  const kinds = (['lora', 'checkpoint'] as const).filter((kind) => roots[kind] !== undefined);
  if (kinds.length === 0) return Promise.resolve(undefined);
  return db
    .selectFrom('model_file')
    .select(['kind', 'name', 'mtime_ms', 'bytes'])
    .where('sha256', 'is', null)
    .where('gone_at', 'is', null)
    .where('kind', 'in', kinds)
    .where((e) => e.and(passed.map(({ kind, name }) => e.not(e.and({ kind, name })))))
    .orderBy('bytes')
    .orderBy('name')
    .limit(1)
    .executeTakeFirst();
}

async function hashFile(file: string, signal: AbortSignal): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.alloc(pieceBytes);
    for (;;) {
      signal.throwIfAborted();
      const began = performance.now();
      const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
      await wait(performance.now() - began, undefined, { signal });
    }
  } finally {
    await handle.close();
  }
}
