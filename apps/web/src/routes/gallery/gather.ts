import type { ImageView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { PictureSelection } from '#lib/list/picture-selection.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { Timeline } from './timeline.svelte.ts';

/** More than a person oversees. */
const most = 2000;

/** Chooses everything that the filters leave, also what nobody has scrolled to. */
export async function gather(timeline: Timeline, selection: PictureSelection): Promise<void> {
  try {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof api.images.list>> = await api.images.list({
        ...timeline.query,
        cursor,
        limit: 200,
      });
      // somebody has put the choice away meanwhile
      if (!selection.isOn) return;
      selection.add(page.items.slice(0, most - selection.size));
      cursor = page.next_cursor;
    } while (cursor !== null && selection.size < most);
    if (cursor !== null) tellMost();
  } catch (error) {
    toasts.failed('Not all of them were chosen', error);
  }
}

/** Chooses everything between the one that was pressed last and this one, loading the days between. */
export async function gatherRange(
  timeline: Timeline,
  selection: PictureSelection,
  image: ImageView,
): Promise<void> {
  const { anchor } = selection;
  const place = (id: string | null): number =>
    timeline.days.findIndex(({ images }) => images.some((other) => other.id === id));
  if (anchor === null || place(anchor) === -1) return selection.toggle(image);
  const [first, last] = [place(anchor), place(image.id)].sort((a, b) => a - b) as [number, number];
  const between = () => timeline.days.slice(first + 1, last);
  // the days at both ends are loaded as far as these two; only the ones between may lack pictures
  while (between().some(({ isWhole }) => !isWhole) && timeline.error === null) {
    const loaded = between().reduce((sum, { images }) => sum + images.length, 0);
    if (loaded > most) break;
    await timeline.fill(first, last);
  }
  const all = timeline.days.slice(first, last + 1).flatMap(({ images }) => images);
  const ends = [anchor, image.id]
    .map((id) => all.findIndex((other) => other.id === id))
    .sort((a, b) => a - b);
  const chosen = all.slice(ends[0], (ends[1] ?? 0) + 1);
  selection.add(chosen.slice(0, most));
  if (chosen.length > most) tellMost();
}

function tellMost(): void {
  toasts.show({
    title: `The first ${most.toLocaleString('en')} are chosen`,
    text: 'Narrow the list to reach the others.',
  });
}
