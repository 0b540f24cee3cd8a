import { goto } from '$app/navigation';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { dropped } from './dropped.svelte.ts';
import { fileProblem } from './picture-types.ts';

/** Asks the server what a picture says of itself, and opens the generator with it. Nothing of it is kept. */
export async function readPicture(file: File): Promise<void> {
  const problem = fileProblem(file);
  if (problem !== null) {
    toasts.show({ tone: 'bad', title: `${file.name} was not read`, text: problem });
    return;
  }
  dropped.reading = file.name;
  try {
    const { generation, metadata } = await api.images.inspect(file);
    if (generation === null && metadata === null) {
      toasts.show({
        tone: 'bad',
        title: `${file.name} says nothing of how it was made`,
        text: 'Only pictures that still carry the data of GAZE, ComfyUI or A1111 can be opened. Many sites take it out.',
      });
      return;
    }
    dropped.picture = { name: file.name, generation, metadata };
    await goto('/generator');
  } catch (error) {
    toasts.failed(`${file.name} was not read`, error);
  } finally {
    dropped.reading = null;
  }
}
