import { libraryPages, searchAtScale, startScan } from './catalog-scale.ts';
import { llmTurns } from './llm-turns.ts';
import { busyShare } from './p1-busy.ts';
import { firstLoad } from './p10-first-load.ts';
import { promptAndWiring } from './p13-wiring.ts';
import { submitToStart } from './p2-start.ts';
import { doneToPicture } from './p3-picture.ts';
import { switchesAndTime } from './p4-switches.ts';
import { accepting } from './p5-accept.ts';
import { galleryScroll } from './p9-gallery.ts';
import type { Row } from './row.ts';

export interface Bench {
  id: string;
  title: string;
  run: (options: { quick: boolean; seed: number; seeds: readonly number[] }) => Row[] | Promise<Row[]>;
}

/** Every promise of speed that is measured here, in the order of its number. */
export const benches: readonly Bench[] = [
  {
    id: 'P1',
    title: 'how busy the GPUs are',
    run: async ({ quick, seed }) => [await busyShare({ jobs: quick ? 80 : 400, seed })],
  },
  {
    id: 'P2',
    title: 'from the request to the host',
    run: async ({ quick }) => [await submitToStart({ times: quick ? 30 : 150 })],
  },
  {
    id: 'P3',
    title: 'from the host to the screen',
    run: async ({ quick }) => [await doneToPicture({ times: quick ? 30 : 120 })],
  },
  {
    id: 'P4',
    title: 'which host loads what',
    run: ({ seeds }) => switchesAndTime(seeds),
  },
  {
    id: 'P5',
    title: 'how fast work is accepted',
    run: ({ quick }) => accepting({ rounds: quick ? 3 : 9, jobs: quick ? 200 : 600 }),
  },
  { id: 'P6', title: 'the scan at a start', run: startScan },
  { id: 'P7', title: 'pages of a large library', run: libraryPages },
  { id: 'P8', title: 'search in very many pictures', run: searchAtScale },
  {
    id: 'P9',
    title: 'scrolling through very many pictures',
    run: ({ quick }) => galleryScroll({ pictures: quick ? 10_000 : 100_000, frames: quick ? 300 : 1200 }),
  },
  {
    id: 'P10',
    title: 'the first load on a slow line',
    run: ({ quick }) => firstLoad({ times: quick ? 1 : 5 }),
  },
  { id: 'P13', title: 'one job from snapshot to graph', run: () => [promptAndWiring()] },
  { id: 'LLM', title: 'what a turn with a language model costs', run: () => [llmTurns()] },
];
