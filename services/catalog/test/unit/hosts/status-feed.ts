/** The states of a connection, told by the test. */
export function statusFeed() {
  const told: { type: string }[] = [];
  let wake = Promise.withResolvers<null>();
  return {
    tell(type: 'disconnect' | 'reconnect') {
      told.push({ type });
      wake.resolve(null);
      wake = Promise.withResolvers<null>();
    },
    async *statuses(): AsyncGenerator<{ type: string }> {
      for (let at = 0; ; at++) {
        while (told[at] === undefined) await wake.promise;
        yield told[at] ?? { type: '' };
      }
    },
  };
}
