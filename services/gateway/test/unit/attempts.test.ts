import { describe, expect, test } from 'vitest';
import { buildAttempts } from '../../src/auth/attempts.ts';

describe('[S10] attempts', () => {
  test('the first are free, then the wait doubles up to a quarter of an hour', () => {
    let now = 0;
    const attempts = buildAttempts({ free: 3, now: () => now });
    const waits: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      attempts.failed('a');
      waits.push(attempts.waitSeconds('a'));
    }
    expect(waits).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    now = 899_000;
    expect(attempts.waitSeconds('a')).toBe(1);
    now = 900_000;
    expect(attempts.waitSeconds('a')).toBe(0);
    expect(attempts.waitSeconds('b')).toBe(0);
  });

  test('a success forgets them', () => {
    const attempts = buildAttempts({ free: 1, now: () => 0 });
    attempts.failed('a');
    expect(attempts.waitSeconds('a')).toBe(1);
    attempts.succeeded('a');
    expect(attempts.waitSeconds('a')).toBe(0);
  });

  test('a crowd of senders does not fill the memory, and pushes out the oldest', () => {
    const attempts = buildAttempts({ free: 1, now: () => 0 });
    attempts.failed('first');
    for (let sender = 0; sender < 10_000; sender += 1) attempts.failed(`sender ${sender}`);
    expect(attempts.waitSeconds('first')).toBe(0);
    expect(attempts.waitSeconds('sender 0')).toBe(1);
  });
});
