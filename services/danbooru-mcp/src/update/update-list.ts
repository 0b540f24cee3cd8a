import { appendFile, open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { tagCategoryNumbers } from '@gaze/contracts';
import { tagKey } from '../tags/name.ts';
import type { Danbooru, RemoteAlias, RemoteTag } from './danbooru.ts';

const listName = 'danbooru.csv';

/** How far an interrupted run came: pages are appended to two files, a line of JSON each, and read again. */
const partName = (kind: 'tags' | 'aliases', minCount: number): string => `.danbooru-${kind}-${minCount}.part`;

/**
 * Fetches the whole list into `danbooru.csv`. What was fetched before an interruption is not fetched again. The list
 * appears whole or not at all; the one that was there stays until then.
 */
export async function updateList(options: {
  folder: string;
  danbooru: Danbooru;
  minCount: number;
  say: (line: string) => void;
}): Promise<{ tags: number; aliases: number }> {
  const { folder, danbooru, minCount, say } = options;
  const tagPart = join(folder, partName('tags', minCount));
  const aliasPart = join(folder, partName('aliases', minCount));
  const tags = await fetchAll<RemoteTag>(
    tagPart,
    (before) => danbooru.tags(before, minCount),
    (count) => say(`${count} tags`),
  );
  const aliases = await fetchAll<RemoteAlias>(aliasPart, danbooru.aliases, (count) =>
    say(`${count} aliases`),
  );
  const known = new Set<number>(Object.values(tagCategoryNumbers));
  const kept = tags.filter((tag) => !tag.is_deprecated && known.has(tag.category));
  const { text, aliasCount } = listText(kept, aliases);
  await writeWhole(join(folder, listName), text);
  await Promise.all([rm(tagPart, { force: true }), rm(aliasPart, { force: true })]);
  return { tags: kept.length, aliases: aliasCount };
}

/** Pages from the highest id down until an empty one. */
async function fetchAll<T extends { id: number }>(
  part: string,
  fetchPage: (before: number | null) => Promise<T[]>,
  told: (count: number) => void,
): Promise<T[]> {
  // Our own file: what was written is what is read.
  const { pages, finished } = (await readPart(part)) as { pages: T[][]; finished: boolean };
  if (finished) return pages.flat();
  let count = pages.reduce((sum, page) => sum + page.length, 0);
  for (;;) {
    const before = pages.at(-1)?.at(-1)?.id ?? null;
    const page = (await fetchPage(before))
      .filter(({ id }) => before === null || id < before)
      .sort((a, b) => b.id - a.id);
    await appendFile(part, `${JSON.stringify(page)}\n`);
    if (page.length === 0) return pages.flat();
    pages.push(page);
    count += page.length;
    told(count);
  }
}

/** Whole lines of a part; a half one at its end, of a run that was killed, is cut off. */
async function readPart(part: string): Promise<{ pages: unknown[][]; finished: boolean }> {
  const text = await readFile(part, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(part, Buffer.byteLength(whole));
  const pages = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[]);
  return { pages: pages.filter((page) => page.length > 0), finished: pages.at(-1)?.length === 0 };
}

function listText(
  tags: readonly RemoteTag[],
  aliases: readonly RemoteAlias[],
): { text: string; aliasCount: number } {
  const byTag = new Map<string, string[]>();
  for (const { antecedent_name: from, consequent_name: to } of aliases) {
    const key = tagKey(to);
    byTag.set(key, [...(byTag.get(key) ?? []), tagKey(from)]);
  }
  let aliasCount = 0;
  const lines = [...tags]
    .sort((a, b) => b.post_count - a.post_count || a.id - b.id)
    .map((tag) => {
      const own = byTag.get(tagKey(tag.name)) ?? [];
      aliasCount += own.length;
      const list = own.length === 0 ? '' : quoted(own.join(','), true);
      return `${quoted(tag.name, false)},${tag.category},${tag.post_count},${list}`;
    });
  return { text: `${lines.join('\n')}\n`, aliasCount };
}

const quoted = (text: string, always: boolean): string =>
  always || /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""').replace(/[\n\r]/g, ' ')}"` : text;

async function writeWhole(file: string, text: string): Promise<void> {
  // Not named like a list: the tag server must not load half of it.
  const half = `${file}.${process.pid}.half`;
  const handle = await open(half, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, file);
}
