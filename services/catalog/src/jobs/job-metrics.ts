import { Histogram, metrics } from '@gaze/runtime';

const labelNames = ['kind', 'outcome'] as const;
const buckets = [0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 14_400, 86_400];

const jobSeconds = new Histogram({
  name: 'gaze_job_seconds',
  help: 'Time from the acceptance of a job to its end',
  labelNames,
  buckets,
  registers: [metrics],
});
const workSeconds = new Histogram({
  name: 'gaze_job_work_seconds',
  help: 'Time from the start of a job’s last attempt to its end',
  labelNames,
  buckets,
  registers: [metrics],
});

export interface EndedJob {
  kind: 'image' | 'llm';
  status: string;
  /** Seconds since it was accepted. */
  age: number;
  /** Seconds since it was started; null: it never was. */
  worked: number | null;
}

/** Counts a job that has just ended into the metrics of this process. */
export function measureEnd({ kind, status, age, worked }: EndedJob): void {
  const labels = { kind, outcome: status };
  jobSeconds.observe(labels, Math.max(0, age));
  if (worked !== null) workSeconds.observe(labels, Math.max(0, worked));
}
