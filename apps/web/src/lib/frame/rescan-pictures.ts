import { api } from '#lib/api/client.ts';
import { count } from '#lib/format.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** Looks for pictures that came, went or moved without GAZE, and tells what it found. */
export async function rescanPictures(): Promise<void> {
  toasts.show({ title: 'The store of pictures is looked through', text: 'That may take a minute or more.' });
  try {
    const { files, added, changed, moved, missing, problems, warning } = await api.images.rescan();
    const changes = [
      added > 0 && `${added.toLocaleString('en')} new`,
      changed > 0 && `${changed.toLocaleString('en')} changed`,
      moved > 0 && `${moved.toLocaleString('en')} moved`,
      missing > 0 && `${missing.toLocaleString('en')} gone`,
      problems.length > 0 && `${count(problems.length, 'file')} with a problem`,
    ].filter((part) => part !== false);
    const found = changes.length > 0 ? changes.join(', ') : 'nothing changed';
    toasts.show({
      title: 'The pictures are looked through',
      text: `${count(files, 'picture')}: ${found}.${warning === null ? '' : ` ${warning}`}`,
    });
  } catch (error) {
    toasts.failed('The pictures were not looked through', error);
  }
}
