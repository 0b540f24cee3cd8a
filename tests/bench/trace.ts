import type { Browser } from '@playwright/test';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** Microseconds of the thread's own time: what other processes took from it does not count. */
  tts?: number;
  tdur?: number;
}

/** Events in which the main thread runs script, at whatever depth. */
const scripts = new Set([
  ...['FunctionCall', 'EvaluateScript', 'RunMicrotasks', 'FireAnimationFrame', 'TimerFire'],
  ...['EventDispatch', 'v8.callFunction', 'XHRReadyStateChange', 'MinorGC', 'MajorGC'],
]);

export const traceCategories = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'toplevel',
  'v8',
];

export interface FrameTimes {
  /** Milliseconds of script in each frame. */
  script: number[];
  /** Milliseconds of the longest task. */
  longestTask: number;
}

/** Ends a trace and reads what the page's main thread did in each of its frames, in milliseconds of its own time. */
export async function endTrace(browser: Browser): Promise<FrameTimes> {
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString('utf8')) as {
    traceEvents: TraceEvent[];
  };
  const main = mainThread(traceEvents);
  const own = traceEvents.filter(({ pid, tid }) => pid === main.pid && tid === main.tid);
  const starts = own
    .filter(({ name, ph }) => name === 'FireAnimationFrame' && ph === 'X')
    .map(({ tts = 0 }) => tts)
    .sort((a, b) => a - b);
  const slices = merged(own.filter(({ name, ph }) => scripts.has(name) && ph === 'X'));
  const script = starts.slice(0, -1).map((from, i) => {
    const to = starts[i + 1] ?? from;
    return slices.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0) / 1000;
  });
  const tasks = own.filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask');
  return { script, longestTask: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000)) };
}

/** The thread that fired the most animation frames is the page's. */
function mainThread(events: readonly TraceEvent[]): Pick<TraceEvent, 'pid' | 'tid'> {
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame');
  const threads = Map.groupBy(frames, ({ pid, tid }) => `${pid}/${tid}`);
  const [first] = [...threads.values()].sort((a, b) => b.length - a.length);
  if (first?.[0] === undefined) throw new Error('The trace has no animation frames.');
  return first[0];
}

/** Nested and touching slices count once. */
function merged(events: readonly TraceEvent[]): [from: number, to: number][] {
  const spans: [number, number][] = [];
  for (const { tts = 0, tdur = 0 } of [...events].sort((a, b) => (a.tts ?? 0) - (b.tts ?? 0))) {
    const last = spans.at(-1);
    if (last !== undefined && tts <= last[1]) last[1] = Math.max(last[1], tts + tdur);
    else spans.push([tts, tts + tdur]);
  }
  return spans;
}
