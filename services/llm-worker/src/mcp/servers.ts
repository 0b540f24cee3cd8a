import type { McpSettings } from '@gaze/contracts';
import { withSettings } from './config.ts';
import type { McpServerConfig } from './config.ts';
import type { McpConnection } from './connection.ts';
import type { ToolWords } from './tool.ts';

/** The connections of this process: those of the environment for its whole life, those of Settings as they come and go. */
export interface McpServers {
  list: () => readonly McpConnection[];
  /** Brings the connections to what Settings say; those that stay are not touched. */
  apply: (settings: McpSettings) => void;
  /** The mark of what was applied last; null: nothing yet. */
  applied: () => string | null;
  reconnect: (name: string) => void;
  start: () => void;
  stop: () => Promise<void>;
}

export function buildServers(deps: {
  fixed: readonly McpServerConfig[];
  connect: (config: McpServerConfig) => McpConnection;
}): McpServers {
  const { fixed, connect } = deps;
  let connections: readonly McpConnection[] = fixed.map(connect);
  let mark: string | null = null;
  let isStarted = false;
  const leaving = new Set<Promise<void>>();

  function leave(connection: McpConnection): void {
    const gone = connection.stop().finally(() => leaving.delete(gone));
    leaving.add(gone);
  }

  return {
    list: () => connections,
    applied: () => mark,
    apply({ servers, allow, mark: next }) {
      if (next === mark) return;
      mark = next;
      const before = connections;
      connections = withSettings(fixed, servers).map((config) => {
        const kept = before.find((connection) => isSame(connection.config, config));
        if (kept !== undefined) return kept;
        const fresh = connect(config);
        if (isStarted) fresh.start();
        return fresh;
      });
      for (const connection of before) if (!connections.includes(connection)) leave(connection);
      for (const connection of connections) connection.allow(wordsFor(connection.config.name, allow));
    },
    reconnect: (name) => connections.find(({ config }) => config.name === name)?.reconnect(),
    start() {
      isStarted = true;
      for (const connection of connections) connection.start();
    },
    async stop() {
      isStarted = false;
      await Promise.all([...connections.map((connection) => connection.stop()), ...leaving]);
    },
  };
}

const isSame = (a: McpServerConfig, b: McpServerConfig): boolean =>
  a === b || (a.name === b.name && JSON.stringify(a) === JSON.stringify(b));

const wordsFor = (server: string, allow: McpSettings['allow']): ToolWords =>
  Object.fromEntries(allow.filter((one) => one.server === server).map((one) => [one.tool, one.allowed]));
