import type { GenerationRecord, PictureMetadata } from '@gaze/contracts';

/** What a picture that somebody dropped says of itself. */
export interface DroppedPicture {
  name: string;
  generation: GenerationRecord | null;
  metadata: PictureMetadata | null;
}

/** On its way from wherever it was dropped to the generator. */
class Dropped {
  picture = $state.raw<DroppedPicture | null>(null);
  /** Name of the file that is being read. */
  reading = $state<string | null>(null);
}

export const dropped = new Dropped();
