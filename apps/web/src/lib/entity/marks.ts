import type { EntityCard } from '@gaze/contracts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { cardChanges } from './card-changes.ts';
import { changeMany, namesOf, type Outcome } from './change-many.ts';

type Mark = 'favourite' | 'nsfw';

const keyOf = { favourite: 'is_favourite', nsfw: 'is_nsfw' } as const;
const words = {
  favourite: { on: 'marked as favourite', off: 'no favourite any more' },
  nsfw: { on: 'marked as NSFW', off: 'not NSFW any more' },
} as const;

/** Marks entities of one category as favourite or NSFW, or takes the mark away: at once on the page, with a way back. */
export async function mark(
  cards: readonly EntityCard[],
  what: Mark,
  value: boolean,
  isUndo = false,
): Promise<void> {
  const key = keyOf[what];
  const changing = cards.filter((card) => card[key] !== value);
  const [first] = changing;
  if (first === undefined) return;
  for (const card of changing) cardChanges.publish({ ...card, [key]: value });
  const change =
    what === 'favourite'
      ? ({ action: 'favourite', favourite: value } as const)
      : ({ action: 'nsfw', nsfw: value } as const);
  const outcomes = await changeMany(first.category, changing, change);
  const failed = outcomes.filter(({ error }) => error !== null);
  for (const { card } of failed) cardChanges.publish(card);
  tellFailed(failed, `${words[what][value ? 'on' : 'off']}`);
  const done = outcomes.filter(({ error }) => error === null).map(({ card }) => ({ ...card, [key]: value }));
  if (done.length > 0 && !isUndo) tellDone(done, what, value);
}

function tellDone(done: readonly EntityCard[], what: Mark, value: boolean): void {
  const [first] = done;
  toasts.show({
    title: `${namesOf(done)} ${done.length === 1 ? 'is' : 'are'} ${words[what][value ? 'on' : 'off']}`,
    ...(first?.cover
      ? { thumb: { url: first.cover.thumb_url, veiled: settings.veils(done.some((card) => card.is_nsfw)) } }
      : {}),
    action: { label: 'Undo', run: () => void mark(done, what, !value, true) },
  });
}

function tellFailed(failed: readonly Outcome[], word: string): void {
  const [first] = failed;
  if (first === undefined) return;
  const cards = failed.map(({ card }) => card);
  toasts.failed(`${namesOf(cards)} ${cards.length === 1 ? 'was' : 'were'} not ${word}`, first.error);
}
