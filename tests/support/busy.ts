import type { LogEntry } from '@gaze/comfyui-stand-in';

export interface Busy {
  /** From a host's first start to its last one, in milliseconds. */
  spanMs: number;
  /** Of that: sampling or loading. */
  gpuMs: number;
  /** Of that: between the start and the end of some prompt, decoding and saving included. */
  workMs: number;
  prompts: number;
  loads: number;
}

/** How busy a host was, by its own log. What happens before its first start and from its last one on does not count. */
export function busyOf(log: readonly LogEntry[]): Busy {
  const starts = log.filter((entry) => entry.type === 'started');
  const [first, last] = [starts[0]?.at ?? 0, starts.at(-1)?.at ?? 0];
  const within = ({ from, to }: { from: number; to: number }): number =>
    Math.max(0, Math.min(to, last) - Math.max(from, first));
  const sum = (spans: readonly { from: number; to: number }[]): number =>
    spans.reduce((total, span) => total + within(span), 0);
  const loads = log.filter((entry) => entry.type === 'loaded');
  const sampled = log.filter((entry) => entry.type === 'sampled');
  const ends = new Map(
    log.filter((entry) => entry.type === 'ended').map((entry) => [entry.promptId, entry.at]),
  );
  return {
    spanMs: last - first,
    gpuMs: sum([...loads, ...sampled]),
    workMs: sum(starts.map(({ promptId, at }) => ({ from: at, to: ends.get(promptId) ?? at }))),
    prompts: starts.length,
    loads: loads.filter(({ kind }) => kind === 'checkpoint').length,
  };
}

/** The shares of all hosts together. */
export function sharesOf(busy: readonly Busy[]): { gpu: number; work: number } {
  const total = (of: (one: Busy) => number): number => busy.reduce((sum, one) => sum + of(one), 0);
  const span = total((one) => one.spanMs);
  return { gpu: total((one) => one.gpuMs) / span, work: total((one) => one.workMs) / span };
}
