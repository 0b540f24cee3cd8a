import { ApiError } from '@gaze/client';

/** The bytes of a picture of the library. Throws ApiError where they cannot be had. */
export async function pictureBytes(url: string): Promise<Blob> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new ApiError(
      {
        ...{ type: 'about:blank', title: 'GAZE cannot be reached', status: 0, code: 'unavailable' as const },
        ...{ detail: 'GAZE does not answer.', hint: 'Check that it is still running.' },
      },
      cause,
    );
  });
  if (!response.ok)
    throw new ApiError({
      ...{ type: 'about:blank', title: 'Gone', status: response.status, code: 'not_found' },
      ...{ detail: 'Its picture is not there any more.', hint: 'Choose another cover.' },
    });
  return response.blob();
}
