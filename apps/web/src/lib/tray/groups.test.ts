import type { JobView } from '@gaze/contracts';
import { describe, expect, it } from 'vitest';
import { groupByBatch, waitReason } from './groups.ts';

function job(id: string, batch: string, owner: string): JobView {
  return {
    id,
    batch_id: batch,
    kind: 'image',
    status: 'waiting',
    lane: 'interactive',
    label: `${owner}, cover`,
    owner: { category: 'characters', slug: owner.toLowerCase(), name: owner },
    cover_thumb_url: null,
    host: null,
    checkpoint: null,
    attempts: 0,
    reason: null,
    error: null,
    seed: null,
    sets_cover: false,
    is_nsfw: false,
    created_at: '2026-11-24T16:42:00Z',
    started_at: null,
    finished_at: null,
    images: [],
    notes: [],
  };
}

describe('groupByBatch', () => {
  it('makes one line of a batch around one entity', () => {
    const groups = groupByBatch([job('1', 'a', 'Elke'), job('2', 'a', 'Elke'), job('3', 'b', 'Oda')]);
    expect(groups.map((group) => group.title)).toEqual(['Elke, 2 pictures', 'Oda, cover']);
  });

  it('names the first of a batch around many', () => {
    const [group] = groupByBatch([job('1', 'a', 'Elke'), job('2', 'a', 'Oda'), job('3', 'a', 'Wren')]);
    expect(group?.title).toBe('Elke, cover and 2 more');
  });

  it('keeps the order in which the jobs come', () => {
    const groups = groupByBatch([job('1', 'b', 'Oda'), job('2', 'a', 'Elke'), job('3', 'b', 'Oda')]);
    expect(groups.map((group) => group.jobs.map((one) => one.id))).toEqual([['1', '3'], ['2']]);
  });
});

describe('waitReason', () => {
  it("gives the scheduler's own sentence where there is one", () => {
    expect(waitReason({ ...job('1', 'a', 'Elke'), reason: 'No host has x.safetensors.' })).toBe(
      'No host has x.safetensors.',
    );
  });

  it('names the host that takes it next', () => {
    const host = { id: 'h', name: 'Atelier' };
    expect(waitReason({ ...job('1', 'a', 'Elke'), status: 'dispatched', host })).toBe(
      'Next on Atelier, after this one.',
    );
    expect(waitReason(job('1', 'a', 'Elke'))).toBe('Waits for a host.');
  });
});
