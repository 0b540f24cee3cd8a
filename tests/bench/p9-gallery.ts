import { startStack } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';
import pg from 'pg';
import { clientOf } from '../stack/ask.ts';
import { buildWeb, signedInBrowser } from './browser.ts';
import type { Row } from './row.ts';
import { quantile, round } from './row.ts';
import { endTrace, traceCategories } from './trace.ts';

const picturesMade = 12;
const overDays = 1100;

/** P9: the gallery in a real browser while somebody scrolls through very many pictures. */
export async function galleryScroll({
  pictures,
  frames,
}: {
  pictures: number;
  frames: number;
}): Promise<Row[]> {
  await buildWeb();
  await using stack = await startStack({ stepMs: 0 });
  await fill(stack, pictures);
  const { browser, page } = await signedInBrowser(stack);
  try {
    await page.goto(`${stack.url}/gallery`);
    await page.locator('.ph[data-id]').first().waitFor();
    // what the page does once, when it opens, is no part of scrolling
    await scroll(60);
    await browser.startTracing(page, { categories: traceCategories });
    const nodes = await scroll(frames);
    const { script, longestTask } = await endTrace(browser);
    const about = {
      ...{ pictures, frames: script.length, p50_ms: round(quantile(script, 0.5), 2) },
      ...{ p95_ms: round(quantile(script, 0.95), 2), longest_task_ms: round(longestTask, 1), nodes },
    };
    const row = (measured: string, against: string, ratio: number): Row => ({
      id: 'P9',
      ...{ measured, against, ratio: round(ratio), goal: 1, better: 'less', absolute: about },
    });
    return [
      row('script of a frame while scrolling: p95', '8 ms of the thread', quantile(script, 0.95) / 8),
      row('longest task while scrolling', '50 ms of the thread', longestTask / 50),
      row('elements in the grid, at most', '400', nodes / 400),
    ];
  } finally {
    await browser.close();
  }

  /** Frame by frame: a steady pull, a fast one, and jumps such as the scrubber makes. Gives the most elements seen. */
  function scroll(count: number): Promise<number> {
    return page.evaluate(async (steps) => {
      const pane = document.querySelector('.pane.wrap');
      const tall = document.querySelector('.tall');
      if (pane === null || tall === null) throw new Error('There is no wall.');
      let most = 0;
      for (let i = 0; i < steps; i++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (i % 150 === 149) pane.scrollTop = (pane.scrollHeight * ((i * 37) % 97)) / 97;
        else pane.scrollTop += i % 60 < 40 ? 24 : 160;
        if (i % 5 === 0) most = Math.max(most, tall.querySelectorAll('*').length);
      }
      return most;
    }, count);
  }
}

/** A few real pictures, and rows that show them again and again on many days. */
async function fill(stack: TestStack, pictures: number): Promise<void> {
  const client = clientOf(stack);
  const { batch_id: batch } = await client.jobs.submit({
    ...{ recipe: { owner: { category: 'characters', slug: 'elke_marrow' } }, count: picturesMade },
  });
  while (!(await client.batches.get(batch)).finished)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  await db.connect();
  await db.query(
    `INSERT INTO image (id, key, sha256, bytes, width, height, owner_category, owner_slug, is_favourite, rating,
       seed, checkpoint, host_name, sidecar_written, thumb_due, created_at)
     SELECT 'bench-' || n, 'bench/' || n || '.png', like_it.sha256, like_it.bytes, size[1], size[2],
       like_it.owner_category, like_it.owner_slug, n % 9 = 0, CASE WHEN n % 5 = 0 THEN n % 5 + 1 END, n,
       like_it.checkpoint, like_it.host_name, true, false,
       now() - (n::float8 / $1) * $2 * interval '1 day' - interval '1 minute'
     FROM generate_series(1, $1::int) AS n
     CROSS JOIN LATERAL (SELECT ARRAY[ARRAY[832,1216],ARRAY[1216,832],ARRAY[1024,1024],ARRAY[1344,768]] AS sizes) AS s
     CROSS JOIN LATERAL (SELECT ARRAY[s.sizes[n % 4 + 1][1], s.sizes[n % 4 + 1][2]] AS size) AS sized
     JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS of FROM image) AS like_it
       ON like_it.place = n % like_it.of`,
    [pictures, overDays],
  );
  await db.query('ANALYZE image');
  await db.end();
}
