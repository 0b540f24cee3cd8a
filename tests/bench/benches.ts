import { busyShare } from './p1-busy.ts';
import type { Row } from './row.ts';

export interface Bench {
  id: string;
  title: string;
  run: (options: { quick: boolean; seed: number }) => Promise<Row[]>;
}

/** Every promise of speed that is measured here, in the order of its number. */
export const benches: readonly Bench[] = [
  {
    id: 'P1',
    title: 'how busy the GPUs are',
    run: async ({ quick, seed }) => [await busyShare({ jobs: quick ? 80 : 400, seed })],
  },
];
