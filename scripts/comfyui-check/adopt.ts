import { Finding } from './finding.ts';
import { freshSeed, smallGraph } from './graph.ts';
import type { Visit } from './visit.ts';

/**
 * What a generator relies on that takes over after a crash: the host keeps the id that it was given, and tells by it,
 * to somebody with a connection of another name, where the prompt is and what it made.
 */
export async function adoptCheck(visit: Visit): Promise<string> {
  const graph = smallGraph({ model: visit.model, seed: freshSeed(), steps: 2 });
  const promptId = await visit.post(graph);
  visit.socket.close();
  await visit.until(promptId, 'finished', visit.patienceMs);
  const entry = await visit.client.history(promptId);
  const made = Object.values(entry?.outputs ?? {}).flatMap((output) => output.images ?? []);
  if (made.length === 0)
    throw new Finding(
      'A prompt whose poster was gone left no picture under its id; after a crash it would be made twice.',
    );
  await visit.client.forget(promptId).catch(() => undefined);
  return 'a prompt is found by its id, with its picture, after its connection is gone';
}
