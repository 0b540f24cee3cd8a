import { readCapabilities } from '../../services/generator/src/comfy/inventory.ts';
import { Finding } from './finding.ts';
import type { Visit } from './visit.ts';
import { asFinding } from './visit.ts';

export async function versionCheck(visit: Visit): Promise<string> {
  try {
    const version = await visit.client.version();
    return version === null ? 'answers, without a version' : `ComfyUI ${version}`;
  } catch (error) {
    throw asFinding(error);
  }
}

const needed = [
  'CheckpointLoaderSimple',
  'CLIPTextEncode',
  'EmptyLatentImage',
  'KSampler',
  'VAEDecode',
  'SaveImage',
  'LoraLoader',
];

export async function classesCheck(visit: Visit): Promise<string> {
  try {
    visit.capabilities = readCapabilities('the host', await visit.client.objectInfo());
  } catch (error) {
    throw asFinding(error);
  }
  const { classes } = visit.capabilities;
  const missing = needed.filter((name) => !classes.includes(name));
  if (missing.length > 0) throw new Finding(`It lacks the nodes ${missing.join(', ')}.`);
  const lacking = ['FaceDetailer', 'UltralyticsDetectorProvider'].filter((name) => !classes.includes(name));
  const passes =
    lacking.length === 0
      ? 'face and hand passes are possible'
      : `no face and hand passes: ${lacking.join(' and ')} not installed`;
  return `${classes.length} classes; ${passes}`;
}

export async function filesCheck(visit: Visit): Promise<string> {
  const capabilities = visit.capabilities ?? readCapabilities('the host', await visit.client.objectInfo());
  const { checkpoints, loras, samplers, schedulers, bbox_models: detectors } = capabilities;
  const [first] = checkpoints;
  if (first === undefined)
    throw new Finding('It has no checkpoint. Put one into its models/checkpoints folder.');
  if (!samplers.includes('euler') || !schedulers.includes('normal'))
    throw new Finding('Its KSampler offers no «euler» or no «normal»; the list of its nodes may be damaged.');
  const wanted = visit.checkpoint?.replaceAll('\\', '/');
  const found = checkpoints.find((name) => name.replaceAll('\\', '/') === wanted);
  if (wanted !== undefined && found === undefined)
    throw new Finding(`It does not have the checkpoint ${wanted}. It has, for example, ${first}.`);
  visit.model = found ?? first;
  const separators = [...checkpoints, ...loras].some((name) => name.includes('\\'))
    ? ', Windows separators'
    : '';
  return `${checkpoints.length} checkpoints, ${loras.length} LoRAs, ${detectors.length} detectors${separators}; rendering with ${visit.model}`;
}
