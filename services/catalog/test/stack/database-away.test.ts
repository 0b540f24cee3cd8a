import { catalogRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import { eventually, startPostgres, testLog, verifies } from '@gaze/testing';
import { expect, test } from 'vitest';
import { connectDb } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { buildEvents } from '../../src/events/events.ts';
import { buildSettings } from '../../src/settings/settings.ts';
import { testBus } from '../support/bus.ts';

test(
  verifies('R4', 'while the database is away questions are answered «unavailable», and afterwards as before'),
  async () => {
    await using bus = await testBus();
    // A kill must not take what was committed.
    await using postgres = await startPostgres({ durable: true });
    const log = testLog();
    const { db } = connectDb({ url: postgres.url, log });
    await migrate(db);
    const told: string[] = [];
    const events = buildEvents({ db, publish: ({ token }) => told.push(token), log });
    const settings = buildSettings({ db, events, log });
    settings.serve(bus.nc);
    events.start();
    await bus.nc.flush();
    const read = () => callRpc(bus.asker, catalogRpc.settingsGet, {});
    const write = (name: string) => callRpc(bus.asker, catalogRpc.settingsSet, { default_checkpoint: name });
    await write('before');
    await eventually(() => expect(told).toHaveLength(1));

    await postgres.kill();
    for (let i = 0; i < 3; i++) {
      await expect(read()).rejects.toMatchObject({
        code: 'unavailable',
        message: 'The database does not answer.',
      });
      await expect(write('never')).rejects.toMatchObject({ code: 'unavailable' });
    }
    await postgres.start();
    await eventually(async () => expect(await read()).toMatchObject({ default_checkpoint: 'before' }));
    await write('after');
    await eventually(() => expect(told.map((token) => token.split(':')[1])).toEqual(['1', '2']));

    await events.stop();
    await db.destroy();
  },
);
