import { catalogRpc } from '@gaze/contracts';
import type { ApiKeyView } from '@gaze/contracts';
import { GazeError, buildLog, callRpc, connectNats } from '@gaze/runtime';
import type { Nats } from '@gaze/runtime';
import { setTimeout as wait } from 'node:timers/promises';
import { readKeysCommand } from './keys/command.ts';
import type { KeysCommand } from './keys/command.ts';
import { stateFolder } from './launcher/paths.ts';
import { isAlive } from './launcher/processes.ts';
import { readRunFile } from './launcher/run-file.ts';
import { SpokenError } from './launcher/spoken-error.ts';

const connectLimitMs = 5000;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The bus of the GAZE that runs: the one that NATS_URL names, else the one of this folder. */
async function connect(): Promise<Nats> {
  const run = readRunFile(stateFolder(process.env));
  const named = process.env.NATS_URL;
  const bus =
    named !== undefined && named !== ''
      ? { url: named, user: process.env.NATS_USER, password: process.env.NATS_PASSWORD }
      : run !== null && isAlive(run.pid)
        ? run.nats
        : null;
  if (bus === null)
    throw new SpokenError('GAZE does not run here. Start it with `npm start`, then ask again.');
  const log = buildLog({ service: 'keys', level: 'silent' });
  const nats = await Promise.race([
    connectNats({ url: bus.url, user: bus.user, pass: bus.password, name: 'keys', log }),
    wait(connectLimitMs, null),
  ]);
  if (nats === null)
    throw new SpokenError(
      `The bus of GAZE (${bus.url}) does not answer. Look into its logs, or start it again.`,
    );
  return nats;
}

async function run(command: KeysCommand, nats: Nats): Promise<void> {
  if (command.type === 'list') {
    const { keys } = await callRpc(nats.nc, catalogRpc.keysList, {});
    print(
      keys.length === 0
        ? 'There are no keys yet. Make one: npm run keys -- create <name> --scopes read,generate'
        : keyTable(keys),
    );
  } else if (command.type === 'revoke') {
    const { keys } = await callRpc(nats.nc, catalogRpc.keysList, {});
    const key = keys.find(({ id, name }) => id === command.name || name === command.name);
    if (key === undefined)
      throw new SpokenError(`There is no key «${command.name}». \`npm run keys\` lists them.`);
    await callRpc(nats.nc, catalogRpc.keysRevoke, { id: key.id });
    print(`«${key.name}» is revoked.`);
  } else {
    const contract = command.type === 'create' ? catalogRpc.keysCreate : catalogRpc.keysRegenerate;
    const { key, secret } = await callRpc(nats.nc, contract, { name: command.name, scopes: command.scopes });
    print(`«${key.name}» (${key.scopes.join(', ')}). Its secret, shown this once:\n\n  ${secret}\n`);
  }
}

function keyTable(keys: readonly ApiKeyView[]): string {
  const rows = keys.map(({ name, id, scopes, prefix, last_used_at }) => [
    name,
    `${prefix}…`,
    scopes.join(','),
    last_used_at ?? 'never used',
    id,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

try {
  const command = readKeysCommand(process.argv.slice(2));
  const nats = await connect();
  await run(command, nats).finally(() => nats.close());
  process.exit(0);
} catch (error) {
  if (!(error instanceof SpokenError) && !(error instanceof GazeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
