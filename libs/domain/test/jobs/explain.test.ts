import { describe, expect, test } from 'vitest';
import { explainWaiting, toldPlaces } from '../../src/jobs/index.ts';
import type { PlacingHost, WaitingJob } from '../../src/jobs/index.ts';
import { host, need, outstanding, waiting } from './builders.ts';

const why = (job: WaitingJob, hosts: PlacingHost[], now = 0): string =>
  explainWaiting([job], hosts, now).get(job.id) ?? '';
const atelier = (more: Partial<PlacingHost> = {}): PlacingHost =>
  host('atelier', { name: 'Atelier', url: 'http://127.0.0.1:8188', ...more });
const cellar = (more: Partial<PlacingHost> = {}): PlacingHost =>
  host('cellar', { name: 'Cellar', url: 'http://10.0.0.2:8188', ...more });

describe('why nothing runs at all', () => {
  test('there is no host, nobody holds one, none answers', () => {
    expect(why(waiting('j'), [])).toBe(
      'There is no ComfyUI host. Name one in COMFYUI_URLS or add it in Settings.',
    );
    expect(why(waiting('j'), [atelier({ state: 'disabled' })])).toContain('There is no ComfyUI host.');
    expect(why(waiting('j'), [atelier({ held: false })])).toBe(
      'No generator is running. Start one; the work goes on by itself.',
    );
    expect(why(waiting('j'), [atelier({ state: 'unknown' })])).toBe(
      'GAZE is still asking the ComfyUI hosts.',
    );
    expect(why(waiting('j'), [atelier({ state: 'down' })])).toBe(
      'No ComfyUI host answers. Start ComfyUI at http://127.0.0.1:8188; the work goes on by itself.',
    );
    expect(why(waiting('j'), [atelier({ state: 'down' }), cellar({ state: 'down' })])).toContain(
      'Start one of them (http://127.0.0.1:8188, http://10.0.0.2:8188)',
    );
  });
});

describe('why this one waits', () => {
  test('a file that nobody has, one that only a sleeping host has, and files that no single host has', () => {
    const odd = waiting('j', { need: need('xl/odd.safetensors') });
    expect(why(odd, [atelier()])).toBe(
      'It waits because no host has xl/odd.safetensors. Copy the file to a ComfyUI host or choose another.',
    );
    const asleep = cellar({ state: 'down', files: new Set(['checkpoint:xl/odd.safetensors']) });
    expect(why(odd, [atelier(), asleep])).toBe(
      'It waits for Cellar, which does not answer; no host that answers has xl/odd.safetensors.',
    );
    const split = [atelier({ files: new Set(['checkpoint:paper']) }), cellar({ files: new Set(['lora:a']) })];
    expect(why(waiting('j', { need: need('paper', 'a') }), split)).toBe(
      'It waits because no single host has all of its files: paper and a.',
    );
    const many = waiting('j', { need: need('xl/odd.safetensors', 'a', 'b', 'c', 'd') });
    expect(why(many, [atelier({ files: new Set() })])).toBe(
      'It waits because no host has xl/odd.safetensors, a, b and 2 more. Copy the files to a ComfyUI host or choose others.',
    );
    // What is on its way back is not what keeps it waiting.
    expect(why(many, [atelier({ files: new Set(['lora:b', 'lora:c', 'lora:d']) }), asleep])).toBe(
      'It waits because no host has a. Copy the file to a ComfyUI host or choose another.',
    );
  });

  test('hosts that refused it, a pause after a failure, a closed host, a host that may have its picture', () => {
    expect(why(waiting('j', { unfitHosts: ['atelier'] }), [atelier()])).toBe(
      'It waits for another host: Atelier refused it.',
    );
    expect(why(waiting('j', { notBeforeMs: 21_000 }), [atelier()])).toBe(
      'It failed a moment ago and is tried again in about 20 s.',
    );
    expect(why(waiting('j'), [atelier({ closedUntilMs: 9000 })])).toBe(
      'Atelier failed a moment ago and is tried again in about 10 s.',
    );
    expect(why(waiting('j', { stickyHost: 'cellar' }), [atelier(), cellar({ state: 'unknown' })])).toBe(
      'It waits for Cellar, which may still have its picture.',
    );
  });

  test('its turn has not come: how many are ahead, where, and for about how long', () => {
    const busy = atelier({
      imageMs: 20_000,
      loaded: { checkpoint: 'paper', loraSet: '' },
      outstanding: [outstanding('x', { startedMs: 0 }), outstanding('y')],
    });
    const jobs = [waiting('a'), waiting('b', { createdAtMs: 1 })];
    const reasons = explainWaiting(jobs, [busy], 0);
    expect([reasons.get('a'), reasons.get('b')]).toEqual([
      '2 ahead on Atelier, about 40 s.',
      '3 ahead on Atelier, about 60 s.',
    ]);
    expect(why(waiting('j'), [atelier()])).toBe('It is next on Atelier.');
  });

  test('far back in a long queue the sentence stays the same, so that it need not be written anew', () => {
    const jobs = Array.from({ length: toldPlaces + 5 }, (_, i) => waiting(`j${i}`));
    const reasons = [...explainWaiting(jobs, [atelier()], 0).values()];
    expect(reasons.slice(toldPlaces)).toEqual(
      Array.from({ length: 5 }, () => 'More than 12 jobs are ahead of it.'),
    );
  });

  test('hours and minutes are told as such', () => {
    const slow = (imageMs: number) =>
      atelier({
        imageMs,
        loaded: { checkpoint: 'paper', loraSet: '' },
        outstanding: [outstanding('x', { startedMs: 0 })],
      });
    expect(why(waiting('j'), [slow(300_000)])).toBe('1 ahead on Atelier, about 5 min.');
    expect(why(waiting('j'), [slow(7_200_000)])).toBe('1 ahead on Atelier, about 2 h.');
  });
});
