import { setTimeout as wait } from 'node:timers/promises';
import { Finding } from './finding.ts';
import { freshSeed, smallGraph } from './graph.ts';
import type { Visit } from './visit.ts';

/** Long enough to be met while it runs, on any card. */
const manySteps = 5000;
const cancelMs = 15_000;

async function longRunning(visit: Visit): Promise<string> {
  const promptId = await visit.post(smallGraph({ model: visit.model, seed: freshSeed(), steps: manySteps }));
  await visit.until(promptId, 'running', visit.patienceMs);
  return promptId;
}

/** Cancel by id stops the running prompt, and only that. */
export async function cancelCheck(visit: Visit): Promise<string> {
  const running = await longRunning(visit);
  const began = performance.now();
  await visit.client.cancel(running);
  for (;;) {
    const entry = await visit.client.history(running);
    if (entry?.status?.messages.some(([type]) => type === 'execution_interrupted') === true) break;
    if (entry !== null) throw new Finding('A prompt that was cancelled ended as if it had not been.');
    if (performance.now() - began > cancelMs)
      throw new Finding(`A prompt that was cancelled still runs after ${cancelMs / 1000} s.`);
    await wait(100);
  }
  return `stops a running prompt after ${((performance.now() - began) / 1000).toFixed(1)} s`;
}

/** A waiting prompt can be taken back; the running one before it goes on. */
export async function withdrawCheck(visit: Visit): Promise<string> {
  const running = await longRunning(visit);
  const waiting = await visit.post(smallGraph({ model: visit.model, seed: freshSeed(), steps: 2 }));
  await visit.until(waiting, 'pending', 5000);
  if (!(await visit.client.withdraw(waiting)))
    throw new Finding('A waiting prompt could not be taken out of the queue.');
  if ((await visit.client.where(running)) !== 'running')
    throw new Finding('Taking a waiting prompt back stopped the one that was running.');
  await visit.client.cancel(running);
  return 'takes a waiting prompt back and leaves the running one alone';
}
