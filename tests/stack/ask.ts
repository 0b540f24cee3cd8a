import { buildClient } from '@gaze/client';
import type { Client } from '@gaze/client';
import type { JobDetail } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import type { TestStack } from '@gaze/testing';

/** The typed client with the stack's admin key. */
export function clientOf(stack: TestStack): Client {
  return buildClient({ baseUrl: stack.url, apiKey: stack.apiKey });
}

/** Waits until a job has ended; answers it. While a part is down the question is repeated. */
export function ended(client: Client, jobId: string, timeoutMs = 60_000): Promise<JobDetail> {
  return eventually(
    async () => {
      const job = await client.jobs.get(jobId);
      if (!['done', 'failed', 'cancelled'].includes(job.status)) {
        throw new Error(`The job is ${job.status}${job.reason === null ? '' : `: ${job.reason}`}.`);
      }
      return job;
    },
    { timeoutMs, everyMs: 100 },
  );
}

export interface StandInLogEntry {
  type: string;
  [key: string]: unknown;
}

/** What a stand-in wrote down of everything that it was asked. */
export async function standInLog(url: string): Promise<StandInLogEntry[]> {
  const response = await fetch(`${url}/_stand-in/log`);
  const body = (await response.json()) as { entries: StandInLogEntry[] };
  return body.entries;
}
