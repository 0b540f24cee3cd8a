export type Tick = 'done' | 'now' | 'failed' | 'open';

/** More ticks than this blur into a line; then one tick stands for several steps. */
const mostTicks = 48;

/**
 * The ticks of a step bar: the first `done` are done, the next one pulses while `running`, those named by `failed`
 * (0-based) are red. Above 48 steps the bar keeps its proportion with fewer ticks.
 */
export function ticksOf(
  done: number,
  total: number,
  options: { running?: boolean; failed?: readonly number[] } = {},
): Tick[] {
  const count = Math.max(1, Math.min(total, mostTicks));
  const scale = total > 0 ? count / total : 1;
  const scaledDone = Math.min(count, Math.floor(done * scale));
  const failed = new Set(options.failed?.map((index) => Math.min(count - 1, Math.floor(index * scale))));
  return Array.from({ length: count }, (_, i) => {
    if (failed.has(i)) return 'failed';
    if (i < scaledDone) return 'done';
    return i === scaledDone && options.running === true ? 'now' : 'open';
  });
}
