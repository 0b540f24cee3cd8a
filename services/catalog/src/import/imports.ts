import type { ImportRun } from '@gaze/contracts';
import { operatorRpc, upkeepRpc } from '@gaze/contracts';
import { GazeError, serveRpc, toWireError } from '@gaze/runtime';
import type { NatsConnection, RpcServer } from '@gaze/runtime';
import type { ImportDeps } from './deps.ts';
import { newReport } from './deps.ts';
import { runImport } from './run.ts';
import { openSource } from './source-folder.ts';

export interface Imports {
  stop: () => Promise<void>;
  serve: (nc: NatsConnection) => RpcServer[];
}

const tellEveryMs = 1000;

/** Imports of the Flask original, one at a time, in the background of whoever asks. */
export function buildImports(deps: ImportDeps & { roots: readonly string[] }): Imports {
  const { roots } = deps;
  const { events, log, db } = deps.writing;
  const stopping = new AbortController();
  let newest: ImportRun | null = null;
  let running: Promise<void> | null = null;

  async function tell(): Promise<void> {
    await events.emit(db, { type: 'upkeep.changed', what: 'import' });
    events.wake();
  }

  async function start(
    wanted: { folder: string; dry_run: boolean },
    allowed: readonly string[] | null,
  ): Promise<ImportRun> {
    const folder = await openSource(wanted.folder, allowed);
    if (running !== null)
      throw new GazeError('conflict', 'An import is under way already. Wait until it has ended.');
    const run: ImportRun = {
      ...{ state: 'running', folder: wanted.folder, dry_run: wanted.dry_run },
      ...{ started_at: new Date().toISOString(), finished_at: null, problem: null },
      report: newReport(),
    };
    newest = run;
    running = work(run, folder).finally(() => (running = null));
    await tell();
    return run;
  }

  async function work(run: ImportRun, folder: string): Promise<void> {
    let toldAt = performance.now();
    try {
      await runImport({
        ...deps,
        ...{ folder, dryRun: run.dry_run, report: run.report, signal: stopping.signal },
        progress() {
          if (performance.now() - toldAt < tellEveryMs) return;
          toldAt = performance.now();
          tell().catch((error: unknown) =>
            log.warn({ err: error }, 'the progress of an import was not told'),
          );
        },
      });
      run.state = 'done';
    } catch (error) {
      run.state = 'failed';
      const wire = toWireError(error);
      run.problem = `${wire.code === 'internal' ? 'The import was cut off; the log of the catalog says why.' : wire.message} What was taken so far stays; run it again to go on.`;
      if (!stopping.signal.aborted) log.error({ err: error }, 'an import failed');
    }
    run.finished_at = new Date().toISOString();
    if (!stopping.signal.aborted) await tell();
  }

  return {
    async stop() {
      stopping.abort(new Error('the catalog stops'));
      await running;
    },
    serve: (nc) => [
      serveRpc(nc, upkeepRpc.importGet, () => Promise.resolve({ run: newest, roots: [...roots] }), { log }),
      serveRpc(nc, upkeepRpc.importStart, (wanted) => start(wanted, roots), { log }),
      serveRpc(nc, operatorRpc.importFrom, (wanted) => start(wanted, null), { log }),
    ],
  };
}
