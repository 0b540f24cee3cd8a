import { describe, expect, it } from 'vitest';
import { dateSpans, spanName } from './dates.ts';

const now = new Date(2026, 10, 23, 15);

describe('dateSpans', () => {
  it('counts today among the last days', () => {
    const [today, week] = dateSpans(now);
    expect(today).toMatchObject({ from: '2026-11-23', to: '' });
    expect(week).toMatchObject({ from: '2026-11-17', to: '' });
  });
});

describe('spanName', () => {
  it.each([
    ['2026-11-23', '', 'Today'],
    ['2025-01-01', '2025-12-31', 'In 2025'],
    ['2026-02-01', '2026-02-28', 'In Feb 2026'],
    ['2026-11-03', '2026-11-03', '3 Nov'],
    ['2025-11-03', '2026-01-09', '3 Nov 2025 to 9 Jan'],
    ['2026-10-01', '', 'Since 1 Oct'],
    ['', '2025-10-01', 'Until 1 Oct 2025'],
  ])('calls %s to %s «%s»', (from, to, name) => {
    expect(spanName(from, to, now)).toBe(name);
  });
});
