import { describe, expect, it } from 'vitest';
import { bytes, dayDate, dayName, duration, phase, secondsLeft, weight } from './format.ts';

const now = new Date(2026, 10, 24, 16, 42);

describe('duration', () => {
  it.each([
    [0.4, '0 s'],
    [4.4, '4 s'],
    [80, '1 min 20 s'],
    [120, '2 min'],
    [754, '12 min'],
    [3600, '1 h'],
    [7500, '2 h 5 min'],
  ])('writes %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('days', () => {
  it('names what is near and dates what is far', () => {
    expect(dayName('2026-11-24', now)).toBe('Today');
    expect(dayName('2026-11-23', now)).toBe('Yesterday');
    expect(dayName('2026-11-20', now)).toBe('Friday');
    expect(dayName('2026-10-02', now)).toBe('Friday 2 October');
  });

  it('says the year where it is another one', () => {
    expect(dayDate('2025-11-24', now)).toBe('Monday 24 November 2025');
    expect(dayDate('2026-11-24', now)).toBe('Tuesday 24 November');
  });

  it('never calls a picture of a fast clock tomorrow', () => {
    expect(dayName('2026-11-25', now)).toBe('Today');
  });
});

describe('figures', () => {
  it('drops the zero before a weight', () => {
    expect([weight(0.8), weight(1), weight(-0.5)]).toEqual(['.80', '1.00', '-.50']);
  });

  it('writes sizes with their unit', () => {
    expect([bytes(12), bytes(1800), bytes(1_800_000), bytes(2_500_000_000)]).toEqual([
      '12 B',
      '2 kB',
      '1.8 MB',
      '2.5 GB',
    ]);
  });
});

describe('progress', () => {
  const progress = {
    job_id: 'j',
    attempt: 1,
    phase: 'sampling' as const,
    step: 17,
    steps: 28,
    node: null,
    host: { id: 'h', name: 'Atelier' },
    seconds_left: 1.6,
  };

  it('says what the host does and how long it takes', () => {
    expect(phase(progress)).toBe('Step 17 of 28');
    expect(phase({ ...progress, phase: 'loading' })).toBe('Loads the model');
    expect(phase(undefined)).toBe('Starts');
    expect(secondsLeft(progress)).toBe('2 s left');
    expect(secondsLeft({ ...progress, seconds_left: 0 })).toBe('1 s left');
    expect(secondsLeft({ ...progress, seconds_left: null })).toBe('');
  });
});
