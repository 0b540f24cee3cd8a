import type { ImageDetail } from '@gaze/contracts';
import type { Trx } from '../db/connect.ts';
import type { Events } from '../events/events.ts';
import { imageDetail } from './views.ts';

export interface FlagChange {
  image_id: string;
  is_favourite?: boolean | undefined;
  is_nsfw?: boolean | undefined;
  rating?: number | null | undefined;
}

/** Changes what a person says of a picture; its sidecar is due again. @throws GazeError not_found */
export async function changeFlags(trx: Trx, events: Events, change: FlagChange): Promise<ImageDetail> {
  const { image_id: id, is_favourite, is_nsfw, rating } = change;
  await trx
    .updateTable('image')
    .set({
      sidecar_written: false,
      ...(is_favourite === undefined ? {} : { is_favourite }),
      ...(is_nsfw === undefined ? {} : { is_nsfw }),
      ...(rating === undefined ? {} : { rating }),
    })
    .where('id', '=', id)
    .execute();
  const detail = await imageDetail(trx, id);
  const { generation: _generation, metadata: _metadata, ...image } = detail;
  await events.emit(trx, { type: 'image.changed', image });
  return detail;
}
