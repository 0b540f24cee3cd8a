import type { AttemptView } from '@gaze/contracts';
import { finalJobStatuses } from '@gaze/contracts';
import type { Log } from '@gaze/runtime';
import { z } from 'zod';
import type { ComfyClient, QueuedPrompt } from '../comfy/client.ts';
import type { Ledger } from '../run/ledger.ts';
import type { HeldHost } from './held-host.ts';

/** What GAZE writes into `extra_data` of its prompts, so that they can be told from other people's. */
const Marker = z.looseObject({ gaze: z.looseObject({ job: z.string(), attempt: z.number() }) });

/** Stops what earlier workers left of a job on this host, for a cancel that nobody else could carry out. */
export async function cancelLeftOver(client: ComfyClient, jobId: string): Promise<void> {
  const queue = await client.queue();
  for (const { promptId, extraData } of [...queue.running, ...queue.pending]) {
    const marker = Marker.safeParse(extraData);
    if (marker.success && marker.data.gaze.job === jobId) await client.cancel(promptId);
  }
}

/** Long enough for a redelivered job to come by and adopt its prompt. */
const ownerlessForMs = 90_000;

export interface Sweeper {
  /** Looks through the host's queue once; answers how many prompts it cancelled. */
  sweep: () => Promise<number>;
}

/**
 * Cancels prompts with our marker that no live attempt owns: left by a worker that died, or that stood still until its
 * job had gone elsewhere. Prompts without the marker, and those of jobs that this ledger does not know, belong to
 * somebody else and are never touched.
 */
export function buildSweeper(
  host: HeldHost,
  deps: { ledger: Pick<Ledger, 'attempts'>; now: () => number; log: Log },
): Sweeper {
  let ownerlessSince = new Map<string, number>();

  async function isSweepable(prompt: QueuedPrompt): Promise<boolean> {
    const marker = Marker.safeParse(prompt.extraData);
    if (!marker.success || [...host.following().values()].includes(prompt.promptId)) return false;
    const { attempts, status } = await deps.ledger.attempts(
      { job_id: marker.data.gaze.job },
      AbortSignal.timeout(10_000),
    );
    const hasEnded = status != null && finalJobStatuses.includes(status);
    const verdict = verdictOn(prompt.promptId, marker.data.gaze.attempt, attempts, hasEnded);
    if (verdict !== 'ownerless') return verdict === 'spent';
    const since = ownerlessSince.get(prompt.promptId) ?? deps.now();
    ownerlessSince.set(prompt.promptId, since);
    return deps.now() - since >= ownerlessForMs;
  }

  return {
    async sweep() {
      let swept = 0;
      try {
        const queue = await host.client.queue();
        const prompts = [...queue.running, ...queue.pending];
        const there = new Set(prompts.map((prompt) => prompt.promptId));
        ownerlessSince = new Map([...ownerlessSince].filter(([promptId]) => there.has(promptId)));
        for (const prompt of prompts) {
          if (!(await isSweepable(prompt))) continue;
          await host.client.cancel(prompt.promptId);
          swept++;
        }
      } catch (error) {
        deps.log.debug(
          { err: error, host: host.assignment.name },
          'a sweep of left-over prompts was cut short',
        );
      }
      if (swept > 0)
        deps.log.info({ host: host.assignment.name, swept }, 'cancelled prompts that no job owns any more');
      return swept;
    },
  };
}

/** `spent`: its job has ended or has another prompt. `ownerless`: it may yet be taken over. */
function verdictOn(
  promptId: string,
  number: number,
  attempts: readonly AttemptView[],
  hasEnded: boolean,
): 'owned' | 'spent' | 'ownerless' | 'foreign' {
  if (!attempts.some((attempt) => attempt.prompt_id === promptId)) return 'foreign';
  if (attempts.some((attempt) => attempt.status === 'running' && attempt.prompt_id === promptId))
    return 'owned';
  const moved = attempts.some(
    (attempt) =>
      hasEnded || (attempt.number > number && attempt.prompt_id !== null && attempt.prompt_id !== promptId),
  );
  return moved ? 'spent' : 'ownerless';
}
