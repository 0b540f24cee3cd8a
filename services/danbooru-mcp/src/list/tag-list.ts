import type { TagListStatus } from '@gaze/contracts';
import { every } from '@gaze/runtime';
import type { Log } from '@gaze/runtime';
import { buildTagIndex } from '../tags/index.ts';
import type { TagIndex } from '../tags/index.ts';
import { findLists, readLists } from './folder.ts';
import { mergeLists } from './merge.ts';

/** The tags of some folders, read again when a file in them changes. */
export interface TagList {
  index: () => TagIndex;
  status: () => TagListStatus;
  /** Reads them unless nothing changed since. */
  load: () => Promise<void>;
  /** Looks for changes from now on. */
  watch: () => { stop: () => void };
}

const lookEveryMs = 3000;

export function buildTagList(deps: { folders: readonly string[]; now: () => Date; log: Log }): TagList {
  const { log } = deps;
  let index = buildTagIndex([]);
  let status: TagListStatus = {
    tags: 0,
    aliases: 0,
    files: [],
    problems: [],
    loaded_at: deps.now().toISOString(),
  };
  let marks = '';

  async function load(): Promise<void> {
    const found = await findLists(deps.folders);
    const seen = found.map(({ mark }) => mark).join('\n');
    if (seen === marks) return;
    const { lists, unreadable } = await readLists(found);
    const { entries, files, problems } = mergeLists(lists);
    index = buildTagIndex(entries);
    marks = seen;
    status = {
      tags: index.tags,
      aliases: index.aliases,
      files,
      problems: [...unreadable.map((one) => ({ ...one, line: 0 })), ...problems],
      loaded_at: deps.now().toISOString(),
    };
    log.info(
      { tags: index.tags, aliases: index.aliases, files: files.length },
      `${index.tags} tags are loaded`,
    );
    for (const { file, line, message } of status.problems.slice(0, 10)) {
      log.warn(`${file}${line === 0 ? '' : `, line ${line}`}: ${message}`);
    }
  }

  return {
    index: () => index,
    status: () => status,
    load,
    watch: () => every(lookEveryMs, load, log),
  };
}
