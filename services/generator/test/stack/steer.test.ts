import { eventually, verifies } from '@gaze/testing';
import { describe, expect, test } from 'vitest';
import { snapshot } from '../support/jobs.ts';
import { oneHost } from '../support/workshop.ts';

const long = { steps: 30 };

describe('cancel', () => {
  test.each(['NEW', 'OLD'] as const)(
    verifies(
      'R9',
      'of the running one of two on a %s host: it stops at its next step, the other is untouched',
    ),
    async (profile) => {
      await using setting = await oneHost({ profile, stepMs: 250 });
      const { shop, host } = setting;
      const first = await shop.submit('a', snapshot({ seed: 1, settings: long }));
      const second = await shop.submit('a', snapshot({ seed: 2, settings: { steps: 2 } }));
      await eventually(() => expect(host.log.of('posted')).toHaveLength(2));
      await eventually(() => expect(host.log.of('started')).toHaveLength(1));
      const began = performance.now();
      shop.cancel(first);
      await eventually(() =>
        expect(host.log.of('ended')[0]).toMatchObject({
          outcome: 'interrupted',
          promptId: first.attempts[0]?.prompt_id,
        }),
      );
      expect(performance.now() - began).toBeLessThan(1500);
      await shop.ended(first);
      expect(first.failures[0]).toMatchObject({ class: 'interrupted' });
      expect((await shop.ended(second)).status).toBe('done');
      expect(
        host.log.of('interrupt').every(({ promptId }) => promptId === first.attempts[0]?.prompt_id),
      ).toBe(true);
    },
  );

  test.each(['NEW', 'OLD'] as const)(
    verifies('R9', 'of the prefetched one of two on a %s host: it never runs, the other is untouched'),
    async (profile) => {
      await using setting = await oneHost({ profile, stepMs: 100 });
      const { shop, host } = setting;
      const first = await shop.submit('a', snapshot({ seed: 1, settings: { steps: 15 } }));
      await eventually(() => expect(host.log.of('started')).toHaveLength(1));
      const second = await shop.submit('a', snapshot({ seed: 2 }));
      await eventually(() => expect(host.log.of('posted')).toHaveLength(2));
      shop.cancel(second);
      await shop.ended(second);
      expect(second.failures[0]).toMatchObject({ class: 'interrupted' });
      expect((await shop.ended(first)).status).toBe('done');
      expect(host.log.of('started')).toHaveLength(1);
      expect(host.log.of('interrupt').some(({ hit }) => hit)).toBe(false);
    },
  );

  test('before the post nothing reaches the host', async () => {
    await using setting = await oneHost({});
    const { shop, host } = setting;
    const gate = Promise.withResolvers<undefined>();
    shop.ledger.gates.set('posting', gate.promise);
    const job = await shop.submit('a', snapshot());
    await eventually(() => expect(job.attempts).toHaveLength(1));
    shop.cancel(job);
    gate.resolve(undefined);
    shop.ledger.gates.clear();
    const next = await shop.ended(await shop.submit('a', snapshot({ seed: 3 })));
    expect(next.status).toBe('done');
    expect(host.log.of('posted')).toHaveLength(1);
  });
});

describe('withdraw', () => {
  test(
    verifies('jobs.withdraw', 'takes back what waits on the host and lets go of nothing that runs'),
    async () => {
      await using setting = await oneHost({ stepMs: 100 });
      const { shop, host } = setting;
      const first = await shop.submit('a', snapshot({ seed: 1, settings: { steps: 15 } }));
      await eventually(() => expect(host.log.of('started')).toHaveLength(1));
      const second = await shop.submit('a', snapshot({ seed: 2 }));
      await eventually(() => expect(host.log.of('posted')).toHaveLength(2));
      for (const job of [first, second]) shop.order(job, 'withdraw');
      await shop.ended(second);
      expect(second.releases).toEqual(['withdrawn from the host']);
      expect((await shop.ended(first)).status).toBe('done');
      expect(host.log.of('started')).toHaveLength(1);
    },
  );

  test(verifies('jobs.withdraw', 'meets one that is still on its way to the host'), async () => {
    await using setting = await oneHost({ stepMs: 100 });
    const { shop, host } = setting;
    const first = await shop.submit('a', snapshot({ seed: 1, settings: { steps: 20 } }));
    await eventually(() => expect(host.log.of('started')).toHaveLength(1));
    const gate = Promise.withResolvers<undefined>();
    shop.ledger.gates.set('posting', gate.promise);
    const second = await shop.submit('a', snapshot({ seed: 2 }));
    await eventually(() => expect(second.attempts).toHaveLength(1));
    shop.order(second, 'withdraw');
    gate.resolve(undefined);
    await shop.ended(second);
    expect(second.status).toBe('released');
    expect((await shop.ended(first)).status).toBe('done');
    expect(host.log.of('started')).toHaveLength(1);
  });
});

describe('depth', () => {
  test(
    verifies(
      'jobs.prefetch',
      'the next prompt is on the host before the running one ends; one in front goes before it',
    ),
    async () => {
      await using setting = await oneHost({ stepMs: 60 });
      const { shop, host } = setting;
      const running = await shop.submit('a', snapshot({ seed: 1 }));
      await eventually(() => expect(host.log.of('started')).toHaveLength(1));
      const waiting = await shop.submit('a', snapshot({ seed: 2 }));
      await eventually(() => expect(waiting.attempts[0]?.posted).toBe(true));
      const urgent = await shop.submit('a', snapshot({ seed: 3 }), { front: true });
      for (const job of [running, waiting, urgent]) await shop.ended(job);
      const order = host.log.of('started').map(({ promptId }) => promptId);
      expect(order).toEqual([running, urgent, waiting].map((job) => job.attempts[0]?.prompt_id));
      const [started, ended] = [host.log.of('started'), host.log.of('ended')];
      const gaps = started.slice(1).map(({ at }, i) => at - (ended[i]?.at ?? 0));
      // The host takes the next one from its own queue: nobody is asked in between.
      expect(Math.max(...gaps)).toBeLessThan(50);
    },
  );
});
