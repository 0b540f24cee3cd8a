import type { Progress } from '@gaze/contracts';

/** «2 s», «1 min 20 s», «2 h 5 min»: two units at most, never a bare figure. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60)
    return whole % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Seconds between two ISO times; null where one is missing. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** A time of day in the reader's own clock: «16:42». */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** Calendar day in the reader's time zone, as `2026-11-23`: pictures are grouped by it. */
export function dayKey(iso: string): string {
  const date = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** «Today», «Yesterday», «Saturday» within a week, else the date. */
export function dayName(key: string, now: Date): string {
  const day = new Date(`${key}T12:00:00`);
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
  const days = Math.round((noon.getTime() - day.getTime()) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return day.toLocaleDateString('en-GB', { weekday: 'long' });
  return dayDate(key, now);
}

/** «Monday 23 November», with the year where it is another one. Put together here: browsers set commas differently. */
export function dayDate(key: string, now: Date): string {
  const day = new Date(`${key}T12:00:00`);
  const word = (part: 'weekday' | 'month') => day.toLocaleDateString('en-GB', { [part]: 'long' });
  const date = `${word('weekday')} ${day.getDate()} ${word('month')}`;
  return day.getFullYear() === now.getFullYear() ? date : `${date} ${day.getFullYear()}`;
}

/** «Today, 16:42» or «23 November, 16:42». */
export function moment(iso: string, now: Date): string {
  const name = dayName(dayKey(iso), now);
  return `${name}, ${clock(iso)}`;
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1000)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** A LoRA's weight as a card shows it: «.80», «1.00». */
export function weight(value: number): string {
  return value.toFixed(2).replace(/^(-?)0\./, '$1.');
}

/** What a host is doing for a job right now. */
export function phase(progress: Progress | undefined): string {
  if (!progress) return 'Starts';
  const steps = `${progress.step} of ${progress.steps}`;
  const words: Record<Progress['phase'], string> = {
    loading: 'Loads the model',
    sampling: `Step ${steps}`,
    face: `Face, step ${steps}`,
    hand: `Hands, step ${steps}`,
    decoding: 'Develops the picture',
    saving: 'Saves the picture',
    asking: `Asks the model, turn ${steps}`,
    tools: 'Looks tags up',
    repairing: 'Has the answer put right',
    checking_tags: 'Checks the tags',
  };
  return words[progress.phase];
}

export function secondsLeft(progress: Progress | undefined): string {
  return progress?.seconds_left === null || progress?.seconds_left === undefined
    ? ''
    : `${duration(Math.max(1, progress.seconds_left))} left`;
}

/** «Nov» for `2026-11-23` or `2026-11`. */
export function monthName(key: string): string {
  return new Date(`${key.slice(0, 7)}-15T12:00:00`)
    .toLocaleDateString('en-GB', { month: 'short' })
    .slice(0, 3);
}

/** «23 Nov», with the year where it is another one: «23 Nov 2025». */
export function shortDay(key: string, now: Date): string {
  const year = Number(key.slice(0, 4));
  const day = `${Number(key.slice(8))} ${monthName(key)}`;
  return year === now.getFullYear() ? day : `${day} ${year}`;
}
