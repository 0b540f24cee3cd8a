import { busPermissions, busUsers } from '@gaze/contracts';
import type { BusUser } from '@gaze/contracts';
import { knowsSyncInterval } from './version.ts';

/**
 * Text of nats-server's configuration: loopback only, a user per service with the subjects of the contracts, the
 * store in the state folder. `sync_interval: always` where the server knows it; an older one does not start with it.
 */
export function natsConfig(options: {
  port: number;
  storeDir: string;
  version: readonly [number, number, number];
  passwords: Readonly<Record<BusUser, string>>;
}): string {
  return [
    'host: "127.0.0.1"',
    `port: ${options.port}`,
    'server_name: "gaze"',
    'max_payload: 1MB',
    'jetstream {',
    `  store_dir: ${quote(options.storeDir)}`,
    ...(knowsSyncInterval(options.version) ? ['  sync_interval: always'] : []),
    '}',
    busUsersConfig((user) => quote(options.passwords[user])),
  ].join('\n');
}

/** The users of the bus with their rights, as nats-server's configuration; `passwordOf` gives what stands there literally. */
export function busUsersConfig(passwordOf: (user: BusUser) => string): string {
  const users = busUsers.map((user) => {
    const { publish, subscribe, respond } = busPermissions[user];
    return [
      '    {',
      `      user: ${quote(user)}`,
      `      password: ${passwordOf(user)}`,
      '      permissions {',
      `        publish: ${list(publish)}`,
      `        subscribe: ${list(subscribe)}`,
      // One answer to one question; the longest question of the contracts waits two minutes.
      ...(respond ? ['        allow_responses: { max: 1, expires: "3m" }'] : []),
      '      }',
      '    }',
    ].join('\n');
  });
  return ['authorization {', '  users: [', users.join('\n'), '  ]', '}', ''].join('\n');
}

const quote = (text: string): string => JSON.stringify(text);
const list = (subjects: readonly string[]): string => `[${subjects.map(quote).join(', ')}]`;
