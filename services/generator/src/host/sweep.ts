import { z } from 'zod';
import type { RunDeps } from '../run/run-host.ts';
import type { HeldHost } from './held-host.ts';

/** What GAZE writes into `extra_data` of its prompts, so that they can be told from other people's. */
const Marker = z.looseObject({ gaze: z.looseObject({ job: z.string(), attempt: z.number() }) });

/**
 * Cancels prompts with our marker that no live attempt owns: left by a worker that died before their jobs went
 * elsewhere. Prompts without the marker belong to somebody else and are never touched.
 */
export async function sweepOrphans(host: HeldHost, deps: RunDeps): Promise<number> {
  let swept = 0;
  try {
    const queue = await host.client.queue();
    for (const prompt of [...queue.running, ...queue.pending]) {
      const marker = Marker.safeParse(prompt.extraData);
      if (!marker.success || [...host.following().values()].includes(prompt.promptId)) continue;
      const { attempts } = await deps.ledger.attempts(
        { job_id: marker.data.gaze.job },
        AbortSignal.timeout(10_000),
      );
      if (attempts.some((attempt) => attempt.status === 'running' && attempt.prompt_id === prompt.promptId))
        continue;
      await host.client.cancel(prompt.promptId);
      swept++;
    }
  } catch (error) {
    deps.log.debug(
      { err: error, host: host.assignment.name },
      'the sweep of left-over prompts was cut short',
    );
  }
  if (swept > 0)
    deps.log.info({ host: host.assignment.name, swept }, 'cancelled prompts that no job owns any more');
  return swept;
}
