import type { DoctorFinding } from '@gaze/contracts';
import type { ObjectStore } from '@gaze/media';
import type { Db } from '../db/connect.ts';

/** What the checks look at. */
export interface DoctorDeps {
  db: Db;
  store: ObjectStore;
  dataDir: string;
  /** Folder of the picture store; null where an S3 server holds the pictures. */
  uploadsDir: string | null;
}

/** A finding and what puts it right. */
export interface Finding extends Omit<DoctorFinding, 'repair' | 'repaired'> {
  repair: { sentence: string; run: () => Promise<void> } | null;
}

const mostExamples = 10;

export const good = (check: string, message: string): Finding => ({
  ...{ check, message, state: 'good', count: 0, examples: [], repair: null },
});

/** Things that are wrong in the same way; collects how many and the first of them. */
export function collect(): { add: (example: string) => void; count: () => number; examples: () => string[] } {
  const examples: string[] = [];
  let count = 0;
  return {
    add(example) {
      count++;
      if (examples.length < mostExamples) examples.push(example);
    },
    count: () => count,
    examples: () => examples,
  };
}

export const entriesOf = (count: number, one: string, many: string): string =>
  count === 1 ? `One ${one}` : `${count} ${many}`;
