import { randomUUID } from 'node:crypto';
import { HostRefusal, explainRefusal } from '../../services/generator/src/comfy/errors.ts';
import { Finding } from './finding.ts';
import { freshSeed, smallGraph } from './graph.ts';
import type { Visit } from './visit.ts';
import { asFinding } from './visit.ts';

/** A wrong workflow has to be refused with the node at fault, and nothing of it may run. */
export async function refusalCheck(visit: Visit): Promise<string> {
  const graph = smallGraph({ model: visit.model, seed: freshSeed(), steps: 2 });
  const sampler = graph.sample;
  if (sampler !== undefined) sampler.inputs.denoise = 7;
  const promptId = randomUUID();
  const clientId = visit.socket.clientId();
  try {
    await visit.client.post({ graph, promptId, clientId, front: false, extraData: {} });
  } catch (error) {
    if (!(error instanceof HostRefusal)) throw asFinding(error);
    const { wire } = explainRefusal(error, 'it');
    if (wire.field !== 'sample.denoise')
      throw new Finding(`It refused a wrong value without naming node and input: ${wire.message}`);
    return 'a wrong value is refused, with node and input';
  }
  await visit.client.cancel(promptId).catch(() => undefined);
  throw new Finding('It took a workflow with a value that is out of bounds.');
}
