import type { Fault, StandIn } from '@gaze/comfyui-stand-in';
import { eventually, verifies } from '@gaze/testing';
import { GazeError } from '@gaze/runtime';
import { describe, expect, test } from 'vitest';
import { snapshot } from '../support/jobs.ts';
import { oneHost } from '../support/workshop.ts';

const started = (host: StandIn) => host.log.of('started').length;
const posts = (host: StandIn) => host.log.of('posted').length;
const running = (host: StandIn) => eventually(() => expect(host.log.of('started').length).toBeGreaterThan(0));

describe('a refused workflow', () => {
  test(
    verifies(
      'R6',
      '400 with node errors fails within a second, after one post, with the node and the reason',
    ),
    async () => {
      await using setting = await oneHost({});
      const { shop, host } = setting;
      const job = shop.ledger.add({ hostId: 'a', snapshot: snapshot() });
      job.template = structuredClone(job.template);
      const sampler = job.template['3'];
      if (sampler !== undefined) sampler.inputs.denoise = 7;
      const began = performance.now();
      await shop.again(job);
      await shop.ended(job);
      expect(performance.now() - began).toBeLessThan(1000);
      expect(job.failures).toHaveLength(1);
      expect(job.failures[0]).toMatchObject({
        class: 'permanent',
        error: { code: 'workflow_refused', field: '3.denoise' },
      });
      expect(job.failures[0]?.error.message).toMatch(
        /Atelier refused the workflow at node 3 \(KSampler\): Value 7.* bigger than max/,
      );
      expect(posts(host)).toBe(1);
    },
  );

  test(
    verifies(
      'R6',
      '200 with node errors is a refusal: the prompt is taken back, and nothing is posted again',
    ),
    async () => {
      await using setting = await oneHost({ stepMs: 50, faults: [{ kind: 'node_errors' }] });
      const { shop, host } = setting;
      const began = performance.now();
      const job = await shop.ended(await shop.submit('a', snapshot()));
      expect(performance.now() - began).toBeLessThan(1000);
      expect(job.failures[0]).toMatchObject({ class: 'permanent', error: { code: 'workflow_refused' } });
      expect(job.failures[0]?.error.message).toMatch(/at node \S+ \(\w+\): Value not in list/);
      expect(posts(host)).toBe(1);
      await eventually(() => {
        const ends = [
          ...host.log.of('ended').map(({ outcome }) => outcome),
          ...host.log.of('deleted').map(() => 'deleted'),
        ];
        expect(ends).toHaveLength(1);
        expect(ends[0]).toMatch(/interrupted|deleted/);
      });
    },
  );

  test('a workflow that is too large for the host is refused in words', async () => {
    await using setting = await oneHost({ maxUploadMb: 0.001 });
    const job = await setting.shop.ended(await setting.shop.submit('a', snapshot()));
    expect(job.failures[0]).toMatchObject({ class: 'permanent' });
    expect(job.failures[0]?.error.message).toContain('--max-upload-size');
  });
});

describe('a host that fails', () => {
  test.each<[string, Fault, RegExp]>([
    [
      'runs out of memory',
      { kind: 'out_of_memory', atStep: 3 },
      /Atelier ran out of memory at node 3 \(KSampler\)/,
    ],
    ['answers 500', { kind: 'http', status: 500, route: '/prompt', method: 'POST' }, /\/prompt answered 500/],
    [
      'refuses strangers',
      { kind: 'http', status: 403, route: '/prompt', method: 'POST' },
      /--enable-cors-header/,
    ],
    [
      'saves a broken picture',
      { kind: 'truncated_image', how: 'file', times: 'always' },
      /broken or cut off/,
    ],
    [
      'never sends a whole picture',
      { kind: 'truncated_image', how: 'connection', times: 'always' },
      /did not arrive/,
    ],
  ])(verifies('R5', 'one that %s loses the job to another host'), async (_, fault, message) => {
    await using setting = await oneHost({ faults: [fault] });
    const { shop } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot()));
    expect(job.failures[0]).toMatchObject({ class: 'host', error: { code: 'host_failed' } });
    expect(job.failures[0]?.error.message).toMatch(message);
  });

  test('a node that raises fails the job for good, with node and reason', async () => {
    await using setting = await oneHost({ faults: [{ kind: 'execution_error', node: 'VAEDecode' }] });
    const job = await setting.shop.ended(await setting.shop.submit('a', snapshot()));
    expect(job.failures[0]).toMatchObject({ class: 'permanent', error: { field: '8' } });
    expect(job.failures[0]?.error.message).toBe(
      'Atelier failed at node 8 (VAEDecode): a tensor has the wrong size',
    );
  });

  test(verifies('R5', 'one that dies loses its job within five seconds'), async () => {
    await using setting = await oneHost({ stepMs: 500 });
    const { shop, host } = setting;
    const job = await shop.submit('a', snapshot());
    await running(host);
    const began = performance.now();
    await host.kill();
    await shop.ended(job);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(job.failures[0]).toMatchObject({ class: 'host' });
    expect(job.failures[0]?.error.message).toContain('went away');
    await eventually(() =>
      expect(shop.reports.get('a')).toMatchObject({
        state: 'down',
        reason: expect.stringContaining('refused') as unknown,
      }),
    );
  });

  test('one that restarts and has forgotten everything: the picture is made again', async () => {
    await using setting = await oneHost({ stepMs: 200 });
    const { shop, host } = setting;
    const job = await shop.submit('a', snapshot());
    await running(host);
    await host.restart();
    await shop.ended(job);
    expect(job.failures[0]).toMatchObject({ class: 'interrupted' });
    await shop.again(job);
    expect((await shop.ended(job)).status).toBe('done');
    expect(posts(host)).toBe(2);
  });

  test(
    verifies(
      'R5',
      'one that makes no step is given up after the hang limit, counts as stuck, and gives back what waits behind',
    ),
    async () => {
      await using setting = await oneHost({ stepMs: 20 }, { limits: { silentMs: 5000, hangMs: 2000 } });
      const { shop, host } = setting;
      host.faults.set({ kind: 'hang', where: 'execution' });
      const first = await shop.submit('a', snapshot({ seed: 1 }));
      await running(host);
      const second = await shop.submit('a', snapshot({ seed: 2 }));
      await Promise.all([shop.ended(first), shop.ended(second)]);
      expect(first.failures[0]).toMatchObject({ class: 'host' });
      expect(first.failures[0]?.error.message).toMatch(/no step for 2 s/);
      expect(second.releases).toEqual(['its host is stuck']);
      await eventually(() => {
        expect(shop.reports.get('a')?.state).toBe('down');
        expect(shop.reports.get('a')?.reason).toContain('stuck');
      });
      // Freed, it is usable again by itself.
      host.faults.clear();
      await shop.up('a');
      await shop.again(second);
      expect((await shop.ended(second)).status).toBe('done');
    },
  );

  test(
    verifies('R5', 'one whose HTTP falls silent is given up after that limit, counted from its last answer'),
    async () => {
      await using setting = await oneHost({ stepMs: 300 }, { limits: { silentMs: 2500, hangMs: 60_000 } });
      const { shop, host } = setting;
      const job = await shop.submit('a', snapshot());
      await running(host);
      const began = performance.now();
      host.faults.set({ kind: 'hang', where: 'http' });
      await shop.ended(job);
      const took = performance.now() - began;
      expect(job.failures[0]).toMatchObject({ class: 'host' });
      expect(job.failures[0]?.error.message).toContain('does not answer');
      expect(took).toBeLessThan(6500);
      host.faults.clear();
    },
  );

  test(verifies('R5', 'a slow model load is no hang'), async () => {
    await using setting = await oneHost(
      { stepMs: 5, loadMs: 1200, faults: [] },
      { limits: { silentMs: 5000, hangMs: 1500 } },
    );
    const { shop, host } = setting;
    const settled = async (checkpoint: string) =>
      shop.ended(await shop.submit('a', snapshot({ checkpoint })));
    // Loads are learned from switches: the first one tells nothing.
    await settled('Illustrious/meadow_v1.safetensors');
    await settled('Illustrious/harbour_v2.safetensors');
    await eventually(() => {
      const learned = shop.reports.get('a')?.timings?.find((one) => one.checkpoint.includes('harbour'));
      expect(learned?.load_ms).toBeGreaterThan(1000);
      expect(learned?.load_ms).toBeLessThan(2400);
    });
    await settled('Illustrious/meadow_v1.safetensors');
    host.faults.set({ kind: 'slow_load', ms: 1800 });
    const job = await settled('Illustrious/harbour_v2.safetensors');
    expect(job.failures).toEqual([]);
    expect(job.status).toBe('done');
  });
});

describe('a way that breaks', () => {
  test.each(['before', 'after'] as const)(
    verifies('R7', 'a post that is cut %s the host handled it is asked about, and renders once'),
    async (when) => {
      await using setting = await oneHost({
        faults: [{ kind: 'connection', when, route: '/prompt', method: 'POST' }],
      });
      const { shop, host } = setting;
      const job = await shop.submit('a', snapshot());
      await shop.ended(job);
      if (when === 'before') {
        expect(job.failures[0]).toMatchObject({ class: 'host' });
        expect(started(host)).toBe(0);
      } else {
        expect(job.status).toBe('done');
        expect(posts(host)).toBe(1);
        expect(started(host)).toBe(1);
      }
    },
  );

  test('a picture that is cut on its way is fetched again, not rendered again', async () => {
    await using setting = await oneHost({ faults: [{ kind: 'truncated_image', times: 2 }] });
    const { shop, host } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot()));
    expect(job.status).toBe('done');
    expect(started(host)).toBe(1);
    expect(host.log.of('viewed')).toHaveLength(3);
  });

  test('a history that is written late is waited for', async () => {
    await using setting = await oneHost({ faults: [{ kind: 'late_history', ms: 900 }] });
    const { shop, host } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot()));
    expect(job.status).toBe('done');
    expect(started(host)).toBe(1);
  });

  test.each(['NEW', 'OLD'] as const)(
    verifies(
      'R7',
      'a socket that drops ten times in one job renders once, on a %s host; its steps are heard again',
    ),
    async (profile) => {
      await using setting = await oneHost({ profile, stepMs: 150 });
      const { shop, host } = setting;
      const job = await shop.submit('a', snapshot({ settings: { steps: 40 } }));
      await running(host);
      for (let cut = 1; cut <= 10; cut++) {
        const opened = host.log.of('socket_opened').length;
        host.cutSockets();
        await eventually(() => expect(host.log.of('socket_opened').length).toBeGreaterThan(opened));
      }
      const heard = shop.progress.length;
      await eventually(() => expect(shop.progress.length).toBeGreaterThan(heard + 3));
      await shop.ended(job);
      expect(job.status).toBe('done');
      expect(posts(host)).toBe(1);
      expect(started(host)).toBe(1);
      expect(host.log.of('saved')).toHaveLength(1);
    },
  );
});

describe('a store that fails', () => {
  test('a full disk is no fault of the host; the next try takes the picture that is there', async () => {
    let full = true;
    await using setting = await oneHost(
      {},
      {
        store: (store) => ({
          ...store,
          put: (...args) =>
            full ? Promise.reject(new GazeError('storage_full', 'The disk is full.')) : store.put(...args),
        }),
      },
    );
    const { shop, host } = setting;
    const job = await shop.ended(await shop.submit('a', snapshot()));
    expect(job.failures[0]).toMatchObject({ class: 'storage', error: { code: 'storage_full' } });
    full = false;
    await shop.again(job);
    expect((await shop.ended(job)).status).toBe('done');
    expect(started(host)).toBe(1);
    expect(job.attempts.at(-1)?.adopted).toBe(true);
  });
});
