import type { GalleryRescan } from '@gaze/contracts';
import { every } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import type { Db } from '../db/connect.ts';
import { singleFlight } from '../single-flight.ts';
import { forgetMissing } from './rescan-missing.ts';
import type { ThumbBackfill } from './thumbs.ts';

const rescanEveryMs = 60 * 60_000;
const thumbsEveryMs = 60_000;

/** What is done for pictures while nobody asks: looking for files from outside, and thumbnails for them. */
export function buildBackground(deps: {
  db: Db;
  log: Log;
  thumbs: ThumbBackfill;
  rescan: () => Promise<GalleryRescan>;
  signal: AbortSignal;
}) {
  const { db, log, thumbs, rescan, signal } = deps;
  let tickers: { stop: () => void }[] = [];
  const quietly = (what: string) => (error: unknown) => {
    if (!signal.aborted) log.warn({ err: error }, what);
  };
  const making = singleFlight(
    () => thumbs.run(signal),
    quietly('thumbnails could not be made; they are tried again'),
  );
  const looking = singleFlight(async () => {
    const { warning, problems, ...counts } = await rescan();
    if (warning !== null) log.warn(warning);
    if (counts.added + counts.changed + counts.moved + counts.missing + problems.length > 0)
      log.info({ ...counts, problems: problems.length }, 'the pictures in the store were looked through');
    await forgetMissing(db);
  }, quietly('the pictures in the store could not be looked through; it is tried again'));

  return {
    wakeThumbs: making.wake,
    start() {
      looking.wake();
      making.wake();
      tickers = [every(rescanEveryMs, looking.tick, log), every(thumbsEveryMs, making.tick, log)];
    },
    async stop() {
      for (const ticker of tickers) ticker.stop();
      await making.stop();
      await looking.stop();
    },
  };
}
