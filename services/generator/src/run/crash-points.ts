import { buildCrashPoints as buildPoints } from '@gaze/runtime';

/** Where a worker may die so that it matters: between any two of these somebody else has to pick up differently. */
const crashPoints = [
  'before-post',
  'after-post',
  'after-download',
  'after-store',
  'after-complete',
  'before-ack',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Called at each point of a job's way. Does nothing, but in tests of faults. */
export type CrashPoints = (point: CrashPoint) => void;

export const buildCrashPoints = (file: string | undefined): CrashPoints => buildPoints(file, crashPoints);
