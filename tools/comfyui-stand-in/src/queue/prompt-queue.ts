import type { JsonObject } from '../json.ts';
import type { Graph } from '../validation/links.ts';

export interface QueueItem {
  number: number;
  promptId: string;
  graph: Graph;
  extraData: JsonObject;
  outputs: string[];
}

/** A prompt as `/queue` and the history print it. */
export const asTuple = (item: QueueItem): unknown[] => [
  item.number,
  item.promptId,
  item.graph,
  item.extraData,
  item.outputs,
];

export interface PromptQueue {
  put: (item: QueueItem) => void;
  /** The next one in the order of number, then id; it counts as running until `done`. */
  take: () => QueueItem | null;
  done: () => void;
  /** Waiting prompts in the raw order of the heap, which is not the order of execution. */
  pending: () => readonly QueueItem[];
  running: () => QueueItem | null;
  /** Waiting and running. */
  remaining: () => number;
  remove: (promptId: string) => boolean;
  clear: () => QueueItem[];
  /** Resolves when something may have changed for the worker. */
  changed: (signal: AbortSignal) => Promise<void>;
  wake: () => void;
}

function isBefore(a: QueueItem, b: QueueItem): boolean {
  return a.number === b.number ? a.promptId < b.promptId : a.number < b.number;
}

export function buildPromptQueue(): PromptQueue {
  let heap: QueueItem[] = [];
  let current: QueueItem | null = null;
  let wakers: (() => void)[] = [];
  const wake = (): void => {
    for (const waker of wakers.splice(0)) waker();
  };
  const put = (item: QueueItem): void => {
    heap.push(item);
    siftUp(heap, heap.length - 1);
    wake();
  };
  return {
    put,
    wake,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length > 0) {
        heap[0] = last;
        siftDown(heap, 0);
      }
      current = first;
      return first;
    },
    done: () => (current = null),
    pending: () => heap,
    running: () => current,
    remaining: () => heap.length + (current === null ? 0 : 1),
    remove(promptId) {
      const kept = heap.filter((item) => item.promptId !== promptId);
      const isGone = kept.length < heap.length;
      heap = [];
      for (const item of kept) put(item);
      return isGone;
    },
    clear() {
      const dropped = heap;
      heap = [];
      return dropped;
    },
    changed: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const waker = (): void => {
          signal.removeEventListener('abort', waker);
          resolve();
        };
        wakers = [...wakers, waker];
        signal.addEventListener('abort', waker);
      }),
  };
}

function siftUp(heap: QueueItem[], start: number): void {
  for (let at = start; at > 0;) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function siftDown(heap: QueueItem[], start: number): void {
  for (let at = start; ;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const [a, b] = [heap[left], heap[right]];
    const child = a !== undefined && b !== undefined && isBefore(b, a) ? right : left;
    if (!swapIfBefore(heap, child, at)) return;
    at = child;
  }
}

/** Swaps where the one at `low` belongs before the one at `high`. */
function swapIfBefore(heap: QueueItem[], low: number, high: number): boolean {
  const [a, b] = [heap[low], heap[high]];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  heap[low] = b;
  heap[high] = a;
  return true;
}
