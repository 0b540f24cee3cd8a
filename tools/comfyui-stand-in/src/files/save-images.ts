import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import { NodeError } from '../execution/errors.ts';
import type { NodeRun } from '../execution/node-run.ts';
import { asciiJson, isObject } from '../json.ts';
import type { Picture, SavedImage } from '../nodes/types.ts';
import { drawPng } from '../pictures/draw.ts';
import { withText } from '../pictures/png-text.ts';
import { isInside } from './view-path.ts';

/**
 * Writes pictures as SaveImage does: `<prefix>_<counter>_.png`, the graph in a text chunk.
 * @throws NodeError where the prefix leaves its folder
 */
export async function saveImages(
  run: NodeRun,
  pictures: readonly Picture[],
  to: { type: 'output' | 'temp'; prefix: string },
): Promise<SavedImage[]> {
  const { host, prompt } = run;
  const isWindows = host.settings.separators === 'windows';
  const target = targetOf(host.folders[to.type], to.prefix, pictures[0], isWindows);
  mkdirSync(target.folder, { recursive: true });
  let counter = nextCounter(target.folder, target.name, isWindows);
  const texts = textsOf(prompt.item.graph, prompt.item.extraData.extra_pnginfo);
  const saved: SavedImage[] = [];
  for (const [index, picture] of pictures.entries()) {
    const name = target.name.replaceAll('%batch_num%', String(index));
    const filename = `${name}_${String(counter).padStart(5, '0')}_.png`;
    const whole = withText(await drawPng(picture, host.settings.pictures), texts);
    const isCut =
      to.type === 'output' && host.faults.take('truncated_image', ({ how }) => how === 'file') !== null;
    const bytes = isCut ? whole.subarray(0, whole.length >> 1) : whole;
    await writeFile(join(target.folder, filename), bytes);
    counter += 1;
    const subfolder = isWindows ? target.subfolder.replaceAll('/', '\\') : target.subfolder;
    saved.push({ filename, subfolder, type: to.type, ...extraKeys(host.settings.profile) });
    host.log.add({
      type: 'saved',
      promptId: run.promptId,
      node: run.nodeId,
      filename,
      subfolder,
      folder: to.type,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  }
  return saved;
}

/** Newer hosts name an asset beside the file. */
const extraKeys = (profile: 'OLD' | 'NEW'): object =>
  profile === 'NEW' ? { id: randomUUID(), preview_id: null } : {};

function textsOf(graph: unknown, extra: unknown): Record<string, string> {
  const further = isObject(extra) ? extra : {};
  const texts = Object.entries({ prompt: graph, ...further }).map(([key, value]) => [key, asciiJson(value)]);
  return Object.fromEntries(texts) as Record<string, string>;
}

function targetOf(
  base: string,
  prefix: string,
  first: Picture | undefined,
  isWindows: boolean,
): { folder: string; subfolder: string; name: string } {
  const filled = normalize(fillTokens(isWindows ? prefix.replaceAll('\\', '/') : prefix, first));
  const subfolder = dirname(filled) === '.' ? '' : dirname(filled);
  const folder = resolve(base, subfolder);
  if (filled.includes('\0') || !isInside(base, folder)) {
    throw new NodeError('Exception', `Saving image outside the output folder is not allowed: ${folder}`);
  }
  return { folder, subfolder, name: basename(filled) };
}

function fillTokens(prefix: string, first: Picture | undefined): string {
  const time = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const values: Record<string, string> = {
    '%width%': String(first?.width ?? 0),
    '%height%': String(first?.height ?? 0),
    '%year%': String(time.getFullYear()),
    '%month%': two(time.getMonth() + 1),
    '%day%': two(time.getDate()),
    '%hour%': two(time.getHours()),
    '%minute%': two(time.getMinutes()),
    '%second%': two(time.getSeconds()),
  };
  return Object.entries(values).reduce((text, [token, value]) => text.replaceAll(token, value), prefix);
}

/** One more than the highest number that this prefix has in the folder. */
function nextCounter(folder: string, prefix: string, isWindows: boolean): number {
  const normal = (name: string): string => (isWindows ? name.toLowerCase() : name);
  const start = normal(`${prefix}_`);
  const numbers = readdirSync(folder)
    .filter((name) => normal(name).startsWith(start))
    .map((name) => Number.parseInt(name.slice(start.length).split('_')[0] ?? '', 10))
    .filter((number) => Number.isInteger(number));
  return numbers.length === 0 ? 1 : Math.max(...numbers) + 1;
}
