import { monthName, shortDay } from '#lib/format.ts';

interface DateSpan {
  label: string;
  from: string;
  to: string;
}

const keyOf = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0')).join('-');

/** Spans that people ask for, both ends included; an open end is empty. */
export function dateSpans(now: Date): DateSpan[] {
  const back = (days: number): string =>
    keyOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));
  const year = now.getFullYear();
  return [
    { label: 'Today', from: back(0), to: '' },
    { label: 'The last 7 days', from: back(6), to: '' },
    { label: 'The last 30 days', from: back(29), to: '' },
    { label: `This year`, from: `${year}-01-01`, to: '' },
    { label: `In ${year - 1}`, from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
  ];
}

/** What a chosen span is called: «Since 1 Nov», «In Nov 2025», «1 Nov to 3 Nov». */
export function spanName(from: string, to: string, now: Date): string {
  const known = dateSpans(now).find((span) => span.from === from && span.to === to);
  if (known) return known.label;
  if (from && from === to) return shortDay(from, now);
  if (from && to && from.slice(0, 7) === to.slice(0, 7) && from.endsWith('-01') && isMonthEnd(to))
    return `In ${monthName(from)} ${from.slice(0, 4)}`;
  if (from && to) return `${shortDay(from, now)} to ${shortDay(to, now)}`;
  return from ? `Since ${shortDay(from, now)}` : `Until ${shortDay(to, now)}`;
}

function isMonthEnd(key: string): boolean {
  const [year = 0, month = 0, day = 0] = key.split('-').map(Number);
  return new Date(year, month, 0).getDate() === day;
}
