import { catalogRpc, hostRpc, subjects } from '@gaze/contracts';
import { eventually } from '@gaze/testing';
import { expect, test } from 'vitest';
import { paper, workshop } from '../jobs/workshop.ts';

const two = ['Atelier=http://127.0.0.1:9001', 'http://127.0.0.1:9002/'];

test('hosts come from the environment, under their names or addresses, and go with it', async () => {
  await using shop = await workshop({ comfyUrls: two });
  const { hosts } = await shop.ask(catalogRpc.hostsList, {});
  expect(hosts.map(({ name, url, origin, state, holder }) => ({ name, url, origin, state, holder }))).toEqual(
    [
      {
        name: '127.0.0.1:9002',
        url: 'http://127.0.0.1:9002',
        origin: 'environment',
        state: 'unknown',
        holder: null,
      },
      {
        name: 'Atelier',
        url: 'http://127.0.0.1:9001',
        origin: 'environment',
        state: 'unknown',
        holder: null,
      },
    ],
  );
  expect(hosts.every((host) => /^[0-9a-f]{12}$/.test(host.id))).toBe(true);
  await shop.restart(['Studio=http://127.0.0.1:9001']);
  const after = await shop.ask(catalogRpc.hostsList, {});
  expect(after.hosts.map((host) => [host.id, host.name])).toEqual([[hosts[1]?.id, 'Studio']]);
  expect((await shop.eventsOf('host.removed')).map((event) => event.host_id)).toEqual([hosts[0]?.id]);
  await shop.restart([]);
  expect((await shop.ask(catalogRpc.hostsList, {})).hosts.map((host) => host.url)).toEqual([
    'http://127.0.0.1:8188',
  ]);
});

test('two generators share the hosts, and a further one is told that the hosts are spread anew', async () => {
  await using shop = await workshop({ comfyUrls: two });
  const first = await shop.holder('first');
  expect(first.held).toHaveLength(2);
  const notices: string[] = [];
  shop.bus.asker.subscribe(subjects.assignmentsChanged, {
    callback: (_error, message) => void notices.push(message.subject),
  });
  await shop.bus.asker.flush();
  const second = shop.bareHolder('second');
  const [taken] = await second.ask();
  expect(taken?.epoch).toBeGreaterThan(
    first.held.find((host) => host.host_id === taken?.host_id)?.epoch ?? 99,
  );
  await eventually(() => expect(notices.length).toBeGreaterThan(0));
  expect(await first.ask()).toHaveLength(1);
  const { hosts } = await shop.ask(catalogRpc.hostsList, {});
  expect(hosts.map((host) => host.holder).sort()).toEqual(['first', 'second']);
});

test('a report of somebody who does not hold the host is not believed', async () => {
  await using shop = await workshop();
  const first = await shop.holder('first');
  const id = first.held[0]?.host_id ?? '';
  const liar = shop.bareHolder('liar');
  await liar.report(id, { state: 'down', reason: 'lies', files: ['lie.safetensors'] });
  expect((await shop.ask(catalogRpc.hostsList, {})).hosts[0]).toMatchObject({ state: 'up', holder: 'first' });
});

test('an inventory is asked for once, arrives in pages, and is asked for again when it changed', async () => {
  await using shop = await workshop();
  const holder = await shop.holder('first', ['a.safetensors', 'b.safetensors', 'c.safetensors']);
  const id = holder.held[0]?.host_id ?? '';
  const stored = async (): Promise<string[]> => {
    const rows = await shop.on.db.selectFrom('host_file').select('name').orderBy('name').execute();
    return rows.map((row) => row.name);
  };
  expect(await stored()).toEqual(['a.safetensors', 'b.safetensors', 'c.safetensors']);
  expect((await holder.beat()).want_inventory).toEqual([]);
  expect((await holder.report(id, { files: ['d.safetensors'] })).want_inventory).toEqual([id]);
  expect(await stored()).toEqual(['d.safetensors']);
  // Pages of an epoch that is over change nothing.
  await shop.ask(hostRpc.inventory, {
    host_id: id,
    epoch: 0,
    fingerprint: 'old',
    page: 0,
    last: true,
    files: [],
  });
  expect(await stored()).toEqual(['d.safetensors']);
});

test('changes of a host are told, and a beat that says nothing new is not', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const id = holder.held[0]?.host_id ?? '';
  const told = async () => (await shop.eventsOf('host.changed')).map((event) => event.host.state);
  await eventually(async () => expect((await told()).at(-1)).toBe('up'));
  const before = (await told()).length;
  for (let i = 0; i < 3; i++) await holder.beat();
  expect(await told()).toHaveLength(before);
  await holder.report(id, { state: 'down', reason: 'Atelier went away.' });
  expect((await told()).slice(before)).toEqual(['down']);
});

test('a farewell frees the hosts at once, work or not', async () => {
  await using shop = await workshop();
  const first = await shop.holder('first');
  await shop.submit();
  const started = await first.begin();
  const prompt = await first.post(started);
  const second = shop.bareHolder('second');
  expect(await second.ask()).toEqual([]);
  await first.stop();
  await first.leave();
  const [host] = await second.ask();
  expect(host?.epoch).toBeGreaterThan(started.epoch);
  second.pull(host?.host_id ?? '');
  await second.report(host?.host_id ?? '', { files: [paper] });
  const again = await second.begin();
  expect(again).toMatchObject({ jobId: started.jobId, attempt: 2, earlier: [prompt] });
});

test('a bus that is away makes nobody look dead', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  await shop.submit();
  const started = await holder.begin();
  await holder.post(started);
  await shop.bus.nats.stop();
  await eventually(() => expect(shop.bus.nc.isClosed()).toBe(false));
  shop.skip(60_000);
  await shop.bus.nats.start();
  const second = shop.bareHolder('second');
  await eventually(async () => expect(await second.ask()).toEqual([]));
  await eventually(async () => expect((await holder.beat()).stale).toEqual([]));
  expect(await holder.complete(started)).toBe('accepted');
  expect((await shop.job(started.jobId)).attempts).toBe(1);
});

test('a catalog that is starting sends nobody away from its hosts', async () => {
  await using shop = await workshop();
  const holder = await shop.holder();
  const again = shop.restart();
  const answers: unknown[] = [];
  while (answers.length < 5)
    answers.push(await holder.ask().catch((error: unknown) => (error as { code: string }).code));
  await again;
  expect(
    answers.every((answer) => answer === 'unavailable' || (Array.isArray(answer) && answer.length === 1)),
  ).toBe(true);
  expect(await holder.ask()).toHaveLength(1);
});
