import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Log, NatsConnection } from '@gaze/runtime';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveTags } from './bus.ts';
import { buildTagList } from './list/tag-list.ts';
import type { TagList } from './list/tag-list.ts';
import { buildMcpHttp } from './mcp/http.ts';
import { buildMcpServer } from './mcp/tools.ts';

export interface TagServer {
  list: TagList;
  /** Opens `/mcp`; gives the port. @throws where the port is taken */
  listen: (options: { host: string; port: number }) => Promise<number>;
  /** Answers on stdin and stdout until the client closes them. */
  serveStdio: () => Promise<void>;
  serveBus: (nc: NatsConnection) => void;
  stop: () => Promise<void>;
}

/** The tag server, wired: one list, three doors. */
export function buildTagServer(deps: { folders: readonly string[]; log: Log }): TagServer {
  const { log } = deps;
  const list = buildTagList({ folders: deps.folders, now: () => new Date(), log });
  const parts: (() => Promise<void> | void)[] = [];
  return {
    list,
    async listen({ host, port }) {
      const isLoopback = host === '127.0.0.1' || host === '::1' || host === 'localhost';
      const server = buildMcpHttp({ list, isLoopback, log });
      server.listen(port, host);
      await once(server, 'listening');
      parts.push(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
      return (server.address() as AddressInfo).port;
    },
    async serveStdio() {
      const server = buildMcpServer(list);
      parts.push(() => server.close());
      await server.connect(new StdioServerTransport());
      await once(process.stdin, 'close');
    },
    serveBus(nc) {
      const answering = serveTags(nc, list, log);
      parts.push(() => answering.stop());
    },
    async stop() {
      for (const part of parts.reverse()) await part();
    },
  };
}
