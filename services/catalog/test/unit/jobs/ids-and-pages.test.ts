import { describe, expect, test } from 'vitest';
import { environmentHosts, hostIdOf } from '../../../src/hosts/host-id.ts';
import { buildInventoryPages } from '../../../src/hosts/inventory-pages.ts';
import { newId } from '../../../src/jobs/job-ids.ts';
import { pauseReason, queueStateOf } from '../../../src/jobs/queue-state.ts';

describe('ids of jobs', () => {
  test('sort by their making, also within a millisecond, and hold nothing that a file name minds', () => {
    const ids = Array.from({ length: 10_000 }, () => newId(1_700_000_000_000));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    const later = newId(1_700_000_100_000);
    expect(later > (ids.at(-1) ?? '')).toBe(true);
    expect(newId(1_600_000_000_000) > later, 'a clock that is set back').toBe(true);
  });
});

describe('hosts of the environment', () => {
  test('ComfyUI’s own address where none is named; the same address is the same host', () => {
    expect(environmentHosts([])).toEqual([
      { id: hostIdOf('http://127.0.0.1:8188'), name: '127.0.0.1:8188', url: 'http://127.0.0.1:8188' },
    ]);
    expect(environmentHosts([' '])).toHaveLength(1);
    const named = environmentHosts(['Atelier=http://GPU:8188/', 'http://gpu:8188', 'gpu:8189']);
    expect(named.map((host) => host.name)).toEqual(['Atelier', 'gpu:8189']);
    expect(named[0]?.id).toMatch(/^[0-9a-f]{12}$/);
    expect(() => environmentHosts(['Atelier=nothing here'])).toThrow(
      'COMFYUI_URLS holds «Atelier=nothing here», which is no http address.',
    );
  });
});

describe('pages of an inventory', () => {
  const page = (n: number, last: boolean, fingerprint = 'f') => ({
    host_id: 'h',
    epoch: 1,
    fingerprint,
    page: n,
    last,
    files: [{ kind: 'lora' as const, name: `${fingerprint}${n}` }],
  });

  test('are whole with the last one', () => {
    const pages = buildInventoryPages();
    expect(pages.take(page(0, false))).toBeNull();
    expect(pages.take(page(1, true))?.map((file) => file.name)).toEqual(['f0', 'f1']);
    expect(pages.take(page(1, true)), 'a repeated last page').toBeNull();
  });

  test('out of order, or of two readings, are no inventory', () => {
    const pages = buildInventoryPages();
    pages.take(page(0, false));
    expect(pages.take(page(2, true))).toBeNull();
    pages.take(page(0, false));
    expect(pages.take(page(1, true, 'g'))).toBeNull();
    pages.take(page(0, false));
    expect(pages.take(page(0, true, 'g'))?.map((file) => file.name)).toEqual(['g0']);
  });
});

describe('the state of a queue', () => {
  test('a store that fails says more than a person’s pause; what is unreadable pauses nothing', () => {
    expect(pauseReason(queueStateOf(undefined))).toBeNull();
    expect(pauseReason(queueStateOf({ paused: true }))).toBe('The queue is paused.');
    expect(pauseReason(queueStateOf({ paused: true, storage: 'The disk is full.' }))).toBe(
      'The disk is full.',
    );
    expect(pauseReason(queueStateOf('nonsense'))).toBeNull();
  });
});
