import { describe, expect, it } from 'vitest';
import { ticksOf } from './ticks.ts';

describe('ticksOf', () => {
  it('has one tick for every step', () => {
    expect(ticksOf(2, 4, { running: true })).toEqual(['done', 'done', 'now', 'open']);
  });

  it('does not pulse when nothing runs', () => {
    expect(ticksOf(2, 4)).toEqual(['done', 'done', 'open', 'open']);
  });

  it('marks what failed', () => {
    expect(ticksOf(3, 4, { running: true, failed: [1] })).toEqual(['done', 'failed', 'done', 'now']);
  });

  it('keeps its proportion when there are more steps than ticks', () => {
    const ticks = ticksOf(500, 1000, { failed: [999] });
    expect(ticks).toHaveLength(48);
    expect(ticks.filter((tick) => tick === 'done')).toHaveLength(24);
    expect(ticks.at(-1)).toBe('failed');
  });

  it('is full when all is done, and never empty', () => {
    expect(ticksOf(3, 3, { running: true })).toEqual(['done', 'done', 'done']);
    expect(ticksOf(0, 0)).toEqual(['open']);
  });
});
