import { startComfyStandIn } from '@gaze/comfyui-stand-in';
import { eventually, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { snapshot, template } from '../support/jobs.ts';
import { sweepNow } from '../support/sweep-now.ts';
import { oneHost, startWorkshop } from '../support/workshop.ts';

describe('a worker that is gone', () => {
  test.each(['NEW', 'OLD'] as const)(
    verifies('R1', 'its running and its prefetched prompt on a %s host are taken over: each renders once'),
    async (profile) => {
      await using setting = await oneHost({ profile, stepMs: 150 });
      const { shop, host, generator } = setting;
      const first = await shop.submit('a', snapshot({ seed: 1, settings: { steps: 20 } }));
      const second = await shop.submit('a', snapshot({ seed: 2 }));
      await eventually(() => expect(host.log.of('posted')).toHaveLength(2));
      await eventually(() => expect([first, second].every((job) => job.attempts[0]?.posted)).toBe(true));
      await generator.vanish();

      shop.assign('a', 'g2');
      await shop.startGenerator('g2');
      await Promise.all([shop.again(first), shop.again(second)]);
      for (const job of [first, second]) {
        await shop.ended(job);
        expect(job.status).toBe('done');
        expect(job.attempts.at(-1)).toMatchObject({ adopted: true, prompt_id: job.attempts[0]?.prompt_id });
      }
      expect(host.log.of('posted')).toHaveLength(2);
      expect(host.log.of('started')).toHaveLength(2);
    },
  );

  test('a prompt that ended meanwhile is taken from the history', async () => {
    await using setting = await oneHost({ stepMs: 60 });
    const { shop, host, generator } = setting;
    const job = await shop.submit('a', snapshot());
    await eventually(() => expect(job.attempts[0]?.posted).toBe(true));
    await generator.vanish();
    await eventually(() => expect(host.log.of('ended')).toHaveLength(1));
    shop.assign('a', 'g2');
    await shop.startGenerator('g2');
    await shop.again(job);
    expect((await shop.ended(job)).status).toBe('done');
    expect(host.log.of('posted')).toHaveLength(1);
  });

  test('a prompt that somebody stopped is not taken over but made anew', async () => {
    await using setting = await oneHost({ stepMs: 100 });
    const { shop, host } = setting;
    const job = await shop.submit('a', snapshot());
    await eventually(() => expect(host.log.of('started')).toHaveLength(1));
    await fetch(`${host.url}/interrupt`, { method: 'POST' });
    await shop.ended(job);
    expect(job.failures[0]).toMatchObject({ class: 'interrupted' });
    await shop.again(job);
    expect((await shop.ended(job)).status).toBe('done');
    expect(host.log.of('posted')).toHaveLength(2);
  });

  test(
    verifies('hosts.handover', 'an ordered stop leaves its prompts to the next holder of the host'),
    async () => {
      await using setting = await oneHost({ stepMs: 150 });
      const { shop, host, generator } = setting;
      const job = await shop.submit('a', snapshot());
      await eventually(() => expect(job.attempts[0]?.posted).toBe(true));
      shop.assign('a', 'g2');
      await shop.startGenerator('g2');
      await generator.stop();
      // The message went back to the queue by itself.
      await eventually(() => expect(job.attempts.length).toBeGreaterThan(1));
      expect((await shop.ended(job)).status).toBe('done');
      expect(job.attempts.at(-1)).toMatchObject({ holder: 'g2', adopted: true });
      expect(host.log.of('posted')).toHaveLength(1);
    },
  );

  test('a holder of an older epoch posts nothing', async () => {
    await using setting = await oneHost({});
    const { shop, host } = setting;
    const gate = Promise.withResolvers<undefined>();
    shop.ledger.gates.set('posting', gate.promise);
    const job = await shop.submit('a', snapshot());
    await eventually(() => expect(job.attempts).toHaveLength(1));
    shop.assign('a', 'somebody else');
    gate.resolve(undefined);
    await eventually(() => expect(job.attempts[0]?.prompt_id).toBeNull());
    expect(host.log.of('posted')).toEqual([]);
  });

  test(verifies('R8', 'a result of an older attempt is refused, and its files go'), async () => {
    await using setting = await oneHost({});
    const { shop } = setting;
    const gate = Promise.withResolvers<undefined>();
    shop.ledger.gates.set('complete', gate.promise);
    const job = await shop.submit('a', snapshot());
    const stored = () => shop.disk.list('characters/mara/').then(({ keys }) => keys);
    await eventually(async () => expect(await stored()).toHaveLength(1));
    // Somebody else begins anew while the first result is on its way.
    job.attempts.push({
      ...(job.attempts[0] as (typeof job.attempts)[number]),
      number: 2,
      holder: 'g2',
      prompt_id: null,
    });
    gate.resolve(undefined);
    await eventually(async () => expect(await stored()).toEqual([]));
    expect(job.completions).toEqual([]);
  });
});

describe('a host that was just taken over', () => {
  test('is unknown until it has answered once, so that its prompts still wait for it, and down when it never does', async () => {
    await using host = await startComfyStandIn({
      name: 'Atelier',
      faults: [{ kind: 'hang', where: 'http' }],
    });
    await using shop = await startWorkshop({
      hosts: { a: host },
      limits: { silentMs: 1500, hangMs: 60_000 },
    });
    shop.assign('a', 'g1');
    await shop.startGenerator('g1');
    await eventually(() => expect(shop.reports.get('a')?.state).toBe('unknown'));
    await eventually(() =>
      expect(shop.reports.get('a')).toMatchObject({
        state: 'down',
        reason: expect.stringContaining('does not answer') as unknown,
      }),
    );
    host.faults.clear();
    await shop.up('a');
  });
});

describe('prompts that nobody owns', () => {
  test(
    verifies(
      'hosts.sweep',
      'of an attempt that has a successor they are cancelled; those of others are left alone',
    ),
    async () => {
      await using host = await startComfyStandIn({ name: 'Atelier', pictures: 'plain', stepMs: 400 });
      await using shop = await startWorkshop({ hosts: { a: host } });
      const { graph, post } = strangers(host.url);
      const job = shop.ledger.add({ hostId: 'a', snapshot: snapshot() });
      const attempt = {
        holder: 'g0',
        host: { id: 'a', name: 'a' },
        error: null,
        started_at: '',
        finished_at: null,
        posted: true,
        adopted: false,
        epoch: 1,
      };
      const [foreign, ours, old] = [
        '10000000-0000-4000-8000-000000000001',
        '10000000-0000-4000-8000-000000000002',
        '10000000-0000-4000-8000-000000000003',
      ];
      job.attempts.push(
        { ...attempt, number: 1, prompt_id: old, status: 'lost' },
        { ...attempt, number: 2, prompt_id: 'elsewhere', status: 'running' },
      );
      await post(foreign, graph, {});
      await post(ours, graph, { gaze: { job: 'of another house', attempt: 1 } });
      await post(old, graph, { gaze: { job: job.id, attempt: 1 } });

      shop.assign('a', 'g1');
      expect(await sweepNow(shop, host)).toBe(1);
      expect(host.log.of('deleted').map(({ promptId }) => promptId)).toEqual([old]);
      expect(host.log.of('interrupt')).toEqual([]);
    },
  );
});

function strangers(url: string) {
  const graph = template('plain');
  const load = graph.load;
  if (load !== undefined) load.inputs.ckpt_name = 'Illustrious/meadow_v1.safetensors';
  const post = async (promptId: string, prompt: unknown, extraData: object) => {
    const body = JSON.stringify({ prompt, prompt_id: promptId, extra_data: extraData });
    const answer = await fetch(`${url}/prompt`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
  };
  return { graph, post };
}
