import type { CategoryName } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';

const pictureName = /\.(png|jpe?g|webp)$/i;
/** Drawings that ship as covers, and are no pictures of the gallery. */
const coverName = /(^|\/)cover_[0-9a-f]{12}\.webp$/;
const jobName = /(?:^|\/)gen_([0-9a-f]{32})_(\d{1,6})_(\d{1,3})\.png$/;
const slugPattern = /^[a-zA-Z0-9_]{1,200}$/;

/** Folders by category name, and by the folder of its JSON files, as people copy them. */
const categoryByFolder = new Map<string, CategoryName>(
  categoryList.flatMap(({ name, folder }) => [
    [folder, name],
    [name, name],
  ]),
);

/** Whether a key is that of a picture which people may see: no sidecar, no cover, nothing in a hidden folder. */
export const isPictureKey = (key: string): boolean =>
  pictureName.test(key) && !coverName.test(key) && !key.split('/').some((part) => part.startsWith('.'));

/** Folders that a walk through the pictures leaves out. */
export const isHiddenFolder = (folder: string): boolean => (folder.split('/').at(-2) ?? '').startsWith('.');

/** The key of the picture whose sidecar this is; null for any other file. */
export function pictureOfSidecar(key: string): string | null {
  const picture = key.endsWith('.json') ? key.slice(0, -'.json'.length) : '';
  return isPictureKey(picture) ? picture : null;
}

/** Whose picture it is, as its folder says: `<category>/<slug>/…`. Null for every other place. */
export function ownerOfKey(key: string): { category: CategoryName; slug: string } | null {
  const [folder = '', slug = '', ...rest] = key.split('/');
  const category = categoryByFolder.get(folder);
  return category === undefined || rest.length === 0 || !slugPattern.test(slug) ? null : { category, slug };
}

export interface JobFile {
  jobId: string;
  attempt: number;
  ordinal: number;
}

/** The job behind a file that a generator stored; null for files of other names. */
export function jobOfKey(key: string): JobFile | null {
  const match = jobName.exec(key);
  if (match === null) return null;
  return { jobId: match[1] ?? '', attempt: Number(match[2]), ordinal: Number(match[3]) };
}
