import type { PictureMetadata } from '@gaze/contracts';
import { finite, seedOf, textOf, wholeSide } from './values.ts';

const negativeMark = /^Negative prompt:/m;
/** The last line, and the only one that begins with its steps; some forks leave the steps out and begin with a size. */
const settingsMark = /^(?:Steps: \d|Size: \d+x\d|Sampler: )/;
const maxLoras = 100;
const maxLength = 200_000;

/**
 * Reads the text that AUTOMATIC1111's web UI, Forge and their kin write (`parameters` chunk): the prompt, then
 * `Negative prompt:`, then one line of settings. Null where the text has no such line.
 */
export function readA1111Parameters(text: string): PictureMetadata | null {
  if (text.length > maxLength) return null;
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const at = lines.findLastIndex((line) => settingsMark.test(line));
  if (at < 0) return null;
  const prompts = lines.slice(0, at).join('\n');
  const mark = negativeMark.exec(prompts);
  const positive = (mark === null ? prompts : prompts.slice(0, mark.index)).trim();
  const negative = mark === null ? '' : prompts.slice(mark.index + mark[0].length).trim();
  const settings = settingsOf(lines.slice(at).join(' '));
  const size = /^(\d+)x(\d+)$/.exec(settings.get('Size') ?? '');
  return {
    source: 'a1111',
    positive,
    negative,
    seed: seedOf(settings.get('Seed')),
    checkpoint: textOf(settings.get('Model')),
    model_hash: textOf(settings.get('Model hash')),
    loras: lorasOf(positive),
    steps: finite(settings.get('Steps')),
    cfg: finite(settings.get('CFG scale')),
    sampler: textOf(settings.get('Sampler')),
    scheduler: textOf(settings.get('Schedule type')),
    width: wholeSide(size?.[1]),
    height: wholeSide(size?.[2]),
  };
}

/** `Key: value, Key: "value, with commas", …`. The first of a key counts. */
function settingsOf(line: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of line.matchAll(/\s*([\w .+/-]{1,60}?):\s*("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/g)) {
    const [, key = '', value = ''] = match;
    if (!found.has(key.trim())) found.set(key.trim(), unquoted(value.trim()));
  }
  return found;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** `<lora:name:0.8>` stands in the prompt itself. */
function lorasOf(prompt: string): { name: string; weight: number }[] {
  return [...prompt.matchAll(/<lora:([^:<>]{1,300})(?::([^<>]{1,40}))?>/g)]
    .slice(0, maxLoras)
    .map(([, name = '', rest]) => ({
      name,
      weight: finite(rest?.split(':')[0]) ?? 1,
    }));
}
