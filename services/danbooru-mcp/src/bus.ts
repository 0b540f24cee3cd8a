import { tagsRpc } from '@gaze/contracts';
import { serveRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import type { TagList } from './list/tag-list.ts';

/** The same questions on the bus, for the completion of the app and the worker's own check. */
export function serveTags(nc: NatsConnection, list: TagList, log: Log): { stop: () => Promise<void> } {
  const options = { log };
  const servers = [
    serveRpc(
      nc,
      tagsRpc.search,
      (input) => Promise.resolve({ tags: list.index().search(input.query, input) }),
      options,
    ),
    serveRpc(
      nc,
      tagsRpc.suggest,
      (input) => Promise.resolve({ tags: list.index().suggest(input.partial, input) }),
      options,
    ),
    serveRpc(
      nc,
      tagsRpc.validate,
      ({ tags }) => Promise.resolve({ results: tags.map((tag) => list.index().validate(tag)) }),
      options,
    ),
    serveRpc(nc, tagsRpc.status, () => Promise.resolve(list.status()), options),
  ];
  return {
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
