import { ApiError } from '@gaze/client';
import type { ImageResult, ImageView, WireError } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { newRequestKey } from '#lib/api/request-key.ts';
import { count } from '#lib/format.ts';
import { jobs } from '#lib/live/jobs.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { imageChanges } from './image-changes.ts';

/** So many one request takes. */
const atOnce = 200;

export type Marks = Partial<Pick<ImageView, 'is_favourite' | 'is_nsfw' | 'rating'>>;

/** Changes the marks of pictures: at once on the page, and back where the server refuses. */
export async function markPictures(images: readonly ImageView[], marks: Marks): Promise<void> {
  for (const image of images) imageChanges.put({ ...image, ...marks });
  const failures = await inPortions(images, async (part) => {
    if (part.length > 1)
      return (
        await api.images.setManyFlags(
          part.map(({ id }) => id),
          marks,
        )
      ).results;
    const [only] = part;
    if (only) await api.images.setFlags(only.id, marks);
    return [];
  });
  for (const { image } of failures) imageChanges.put(image);
  if (failures[0])
    toasts.failed(`${count(failures.length, 'picture was', 'pictures were')} not marked`, failures[0].error);
}

/** Puts pictures into the trash; the toast brings them back. @returns those that are gone */
export async function trashPictures(images: readonly ImageView[]): Promise<ImageView[]> {
  for (const { id } of images) imageChanges.gone(id);
  const failures = await inPortions(
    images,
    async (part) => (await api.images.trash(part.map(({ id }) => id))).results,
  );
  for (const { image } of failures) imageChanges.put(image);
  if (failures[0])
    toasts.failed(`${count(failures.length, 'picture was', 'pictures were')} not deleted`, failures[0].error);
  const kept = new Set(failures.map(({ image }) => image.id));
  const gone = images.filter(({ id }) => !kept.has(id));
  const [first] = gone;
  if (first)
    toasts.show({
      title:
        gone.length === 1
          ? 'The picture is in the trash'
          : `${count(gone.length, 'picture')} are in the trash`,
      thumb: thumbOf(first),
      action: { label: 'Undo', run: () => void restorePictures(gone) },
    });
  return gone;
}

/** Brings pictures back from the trash. @returns the ids of those that are back */
export async function restorePictures(images: readonly ImageView[]): Promise<string[]> {
  const failures = await inPortions(images, async (part) => {
    const { results } = await api.images.restore(part.map(({ id }) => id));
    for (const { image } of results) if (image) imageChanges.put(image);
    return results;
  });
  if (failures[0])
    toasts.failed(
      `${count(failures.length, 'picture did', 'pictures did')} not come back`,
      failures[0].error,
    );
  const lost = new Set(failures.map(({ image }) => image.id));
  return images.flatMap(({ id }) => (lost.has(id) ? [] : [id]));
}

/** Queues a picture once more: exactly, or by its recipe with today's entries. */
export async function makeAgain(image: ImageView, exactly: boolean): Promise<void> {
  const asked = jobs.asked();
  try {
    const reply = await api.images.again(image.id, { exactly }, { idempotencyKey: newRequestKey() });
    jobs.take(reply.jobs, asked);
    toasts.show({
      title: exactly ? 'The same picture is queued' : 'The picture is queued with today’s entries',
      ...(reply.notes.length > 0 ? { text: reply.notes.join(' ') } : {}),
      thumb: thumbOf(image),
    });
  } catch (error) {
    toasts.failed('The picture was not queued again', error);
  }
}

/** Has the browser save the pictures: one as it is, more as archives of at most 200. */
export function downloadPictures(images: readonly ImageView[]): void {
  const [first] = images;
  if (first && images.length === 1) return save(first.url, first.key.split('/').at(-1) ?? 'picture');
  const parts = Math.ceil(images.length / atOnce);
  for (let part = 0; part < parts; part++) {
    const ids = images.slice(part * atOnce, (part + 1) * atOnce).map(({ id }) => id);
    const name = parts === 1 ? 'gaze-pictures' : `gaze-pictures-${part + 1}-of-${parts}`;
    // browsers drop downloads that begin within one moment
    setTimeout(() => save(api.images.zipUrl(ids, name), `${name}.zip`), part * 800);
  }
}

function save(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

const thumbOf = (image: ImageView): { url: string; veiled: boolean } => ({
  url: image.thumb_url,
  veiled: settings.veils(image.is_nsfw),
});

/** What became of one picture among many, as an error like any other. */
export function refusalOf({ code, message, hint }: WireError): ApiError {
  return new ApiError({
    ...{ type: 'about:blank', title: 'A picture could not be changed', status: 422 },
    ...{ code, detail: message },
    ...(hint === undefined ? {} : { hint }),
  });
}

interface Failure {
  image: ImageView;
  error: unknown;
}

/** Asks in requests of 200; what a refused request held has failed as a whole. */
async function inPortions(
  images: readonly ImageView[],
  ask: (part: readonly ImageView[]) => Promise<readonly ImageResult[]>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (let from = 0; from < images.length; from += atOnce) {
    const part = images.slice(from, from + atOnce);
    try {
      const problems = new Map((await ask(part)).map(({ id, problem }) => [id, problem]));
      for (const image of part) {
        const problem = problems.get(image.id);
        if (problem) failures.push({ image, error: refusalOf(problem) });
      }
    } catch (error) {
      failures.push(...part.map((image) => ({ image, error })));
    }
  }
  return failures;
}
