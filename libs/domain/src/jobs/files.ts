/** A file that a job needs on its host. */
export interface NeededFile {
  kind: 'checkpoint' | 'lora' | 'vae';
  name: string;
}

/** A file name for comparison: hosts on Windows write `\` where others write `/`; case counts. */
export function normaliseFileName(name: string): string {
  return name.replaceAll('\\', '/');
}

/** One text for a file of a kind, as sets hold it. */
export function fileKey(kind: string, name: string): string {
  return `${kind}:${normaliseFileName(name)}`;
}

/** The name within a file key. */
function fileOfKey(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

const namesShown = 3;

/** File keys as the words of a sentence: up to three names, then how many more there are. */
export function listedFiles(keys: readonly string[]): string {
  const names = keys.slice(0, namesShown).map(fileOfKey);
  const more = keys.length - names.length;
  const words = more > 0 ? [...names, `${more} more`] : names;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** What a job asks of a host. Equal needs are best one and the same object: answers about them are remembered. */
export interface Need {
  /** Equal text, equal need. */
  key: string;
  /** File keys. */
  files: readonly string[];
  /** Normalised name; null for work without a checkpoint. */
  checkpoint: string | null;
  /** The set of LoRAs as one text. */
  loraSet: string;
}

/** The set of LoRAs as one text, whatever their order and spelling. */
export function loraSetKey(names: readonly string[]): string {
  return [...new Set(names.map(normaliseFileName))].sort().join('|');
}

export function needOf(files: readonly NeededFile[]): Need {
  const keys = [...new Set(files.map((file) => fileKey(file.kind, file.name)))].sort();
  const checkpoint = files.find((file) => file.kind === 'checkpoint');
  return {
    key: keys.join('\n'),
    files: keys,
    checkpoint: checkpoint === undefined ? null : normaliseFileName(checkpoint.name),
    loraSet: loraSetKey(files.filter((file) => file.kind === 'lora').map((file) => file.name)),
  };
}

// Inventories and needs are values that never change: an answer about a pair of them holds for good. Thousands of
// waiting jobs ask the same few questions at every placement.
const answers = new WeakMap<ReadonlySet<string>, WeakMap<Need, boolean>>();

/** Whether an inventory (file keys) holds every file of a need. */
export function holdsAll(inventory: ReadonlySet<string>, need: Need): boolean {
  let known = answers.get(inventory);
  if (known === undefined) answers.set(inventory, (known = new WeakMap()));
  let answer = known.get(need);
  if (answer === undefined) known.set(need, (answer = need.files.every((file) => inventory.has(file))));
  return answer;
}
