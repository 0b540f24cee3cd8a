/** Runs tasks of one key after each other, tasks of different keys side by side. */
export interface KeyedMutex {
  run: <T>(key: string, task: () => Promise<T>) => Promise<T>;
}

export function buildKeyedMutex(): KeyedMutex {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const result = before.then(task);
      const tail = result.catch(() => undefined);
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
  };
}
