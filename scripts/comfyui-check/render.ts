import { setTimeout as wait } from 'node:timers/promises';
import { checkImage, readPngText } from '@gaze/media';
import { picturesOf } from '../../services/generator/src/comfy/outcome.ts';
import { Finding } from './finding.ts';
import { freshSeed, smallGraph, smallSide } from './graph.ts';
import type { Visit } from './visit.ts';
import { asFinding } from './visit.ts';

const steps = 4;
const connectMs = 6000;

export async function socketCheck(visit: Visit): Promise<string> {
  const until = performance.now() + connectMs;
  while (!visit.socket.connected()) {
    if (performance.now() > until)
      throw new Finding(
        'Its socket (/ws) does not open. Steps and previews will not be seen, and ends are noticed late; check proxies.',
      );
    await wait(50);
  }
  return 'opens';
}

/** The smallest picture, from post to history, with the messages that it comes with. */
export async function renderCheck(visit: Visit): Promise<string> {
  const began = performance.now();
  const promptId = await visit.post(smallGraph({ model: visit.model, seed: freshSeed(), steps }));
  try {
    await visit.until(promptId, 'finished', visit.patienceMs);
  } catch (error) {
    const seen = visit.heard(promptId).filter(({ type }) => type === 'progress').length;
    const found = asFinding(error);
    throw new Finding(`${found.message} ${seen} of ${steps} steps were heard; it may be stuck.`, {
      cause: error,
    });
  }
  const entry = await visit.client.history(promptId);
  if (entry === null) throw new Finding('It calls the prompt finished, but its history does not have it.');
  try {
    picturesOf(entry, 'The host');
  } catch (error) {
    throw asFinding(error);
  }
  const seconds = (performance.now() - began) / 1000;
  visit.rendered = { promptId, entry, seconds };
  await lastWords(visit, promptId);
  const previews = visit.previews(promptId);
  return `${smallSide}×${smallSide}, ${steps} steps in ${seconds.toFixed(1)} s; ${previews === 0 ? 'no previews' : `${previews} previews`}`;
}

/** All messages of a finished prompt are on their way: the last one says so. */
async function lastWords(visit: Visit, promptId: string): Promise<void> {
  const until = performance.now() + 3000;
  const heard = (): string[] =>
    visit
      .heard(promptId)
      .map(({ type, data }) => (type === 'executing' && data.node === null ? 'end' : type));
  while (!heard().includes('end') && performance.now() < until) await wait(50);
  const missing = [
    ['execution_start', 'its beginning'],
    ['progress', 'its steps'],
    ['end', 'its end'],
  ].filter(([type = '']) => !heard().includes(type));
  if (missing.length === 0) return;
  throw new Finding(
    `The picture was made, but the socket did not tell ${missing.map(([, what]) => what).join(', ')}. Something between GAZE and the host drops or cuts the socket.`,
  );
}

export async function pictureCheck(visit: Visit): Promise<string> {
  const { rendered } = visit;
  if (rendered === null) throw new Finding('There is no picture to look at.');
  const [output] = picturesOf(rendered.entry, 'The host');
  if (output === undefined) throw new Finding('The history names no saved picture.');
  let bytes: Buffer;
  try {
    bytes = await visit.client.view(output);
  } catch (error) {
    throw new Finding(`The picture does not arrive: ${asFinding(error).message}`, { cause: error });
  }
  const image = await checkImage(bytes).catch((error: unknown) => {
    throw new Finding(`The picture arrives broken: ${asFinding(error).message}`, { cause: error });
  });
  if (image.format !== 'png') throw new Finding(`The picture is ${image.format}; a PNG was expected.`);
  if (image.width !== smallSide || image.height !== smallSide)
    throw new Finding(
      `The picture has ${image.width}×${image.height} pixels where ${smallSide}×${smallSide} were asked for.`,
    );
  const chunk =
    readPngText(bytes).prompt === undefined
      ? 'without its workflow (--disable-metadata)'
      : 'with its workflow inside';
  return `${bytes.length} bytes, whole, ${chunk}`;
}
