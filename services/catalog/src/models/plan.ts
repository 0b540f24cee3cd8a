import type { FoundModel } from './walk.ts';

/** What the database knows of a file. */
export interface KnownModel {
  name: string;
  bytes: number;
  mtime_ms: number;
  inode: string;
  is_gone: boolean;
}

export interface ScanPlan {
  /** Not known, or changed: the header is to be read. */
  fresh: FoundModel[];
  changed: FoundModel[];
  /** The same file under another name, by its place on the disk: nothing of it has to be read again. */
  renamed: { from: string; to: FoundModel }[];
  /** There again, unchanged. */
  back: string[];
  gone: string[];
  /** So many are gone at once that the folder may not be mounted; then `gone` is empty. */
  warning: number | null;
}

const mostShare = 0.2;
const handful = 20;

/** Compares what lies in a folder with what is known of it. Pure. */
export function planModelScan(found: readonly FoundModel[], known: readonly KnownModel[]): ScanPlan {
  const byName = new Map(known.map((model) => [model.name, model]));
  const plan: ScanPlan = { fresh: [], changed: [], renamed: [], back: [], gone: [], warning: null };
  const there = new Set(found.map(({ name }) => name));
  const vanished = known.filter(({ name }) => !there.has(name));
  const byStamp = new Map(vanished.map((model) => [stampOf(model), model.name]));
  const renamed = new Set<string>();
  for (const model of found) {
    const row = byName.get(model.name);
    if (row !== undefined && stampOf(row) === stampOf({ ...model, mtime_ms: model.mtimeMs })) {
      if (row.is_gone) plan.back.push(model.name);
      continue;
    }
    const from = byStamp.get(stampOf({ ...model, mtime_ms: model.mtimeMs }));
    if (row !== undefined && !row.is_gone) plan.changed.push(model);
    else if (from !== undefined && !renamed.has(from)) {
      renamed.add(from);
      plan.renamed.push({ from, to: model });
    } else plan.fresh.push(model);
  }
  const gone = vanished.filter(({ name, is_gone }) => !is_gone && !renamed.has(name)).map(({ name }) => name);
  const present = known.filter(({ is_gone }) => !is_gone).length;
  if (gone.length > handful && gone.length > present * mostShare) plan.warning = gone.length;
  else plan.gone = gone;
  return plan;
}

const stampOf = ({ bytes, mtime_ms, inode }: Pick<KnownModel, 'bytes' | 'mtime_ms' | 'inode'>): string =>
  `${bytes}/${mtime_ms}/${inode}`;
