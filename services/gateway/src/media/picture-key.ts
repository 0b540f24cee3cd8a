import { checkKey } from '@gaze/media';
import { GazeError } from '@gaze/runtime';

const pictureName = /\.(png|jpe?g|webp)$/i;

/**
 * The key of a picture that may be shown: inside the store, named like a picture, in no hidden folder (staging,
 * thumbnails, trash and files under way begin with a dot). Sidecars are not pictures.
 * @throws GazeError malformed_request for what is no key, not_found for what is not shown
 */
export function pictureKey(raw: string): string {
  let key: string;
  try {
    key = checkKey(raw);
  } catch {
    throw new GazeError('malformed_request', 'This is not the address of a stored picture.', {
      field: 'key',
    });
  }
  if (!pictureName.test(key) || key.split('/').some((part) => part.startsWith('.'))) {
    throw new GazeError('not_found', 'There is no picture at this address.');
  }
  return key;
}
