import type { ImageDetail } from '@gaze/contracts';

export interface PictureFacts {
  prompts: { label: string; text: string }[];
  checkpoint: string | null;
  loras: readonly { name: string; weight: number }[];
  seed: number | null;
  /** «euler_ancestral, 28 steps, CFG 5»; null where nobody wrote it down. */
  sampling: string | null;
}

/** How a picture was made: by the record of GAZE, else by what its file says of itself. */
export function factsOf({ generation, metadata, ...image }: ImageDetail): PictureFacts {
  if (generation) {
    const { main, face, hand, negative } = generation.prompts;
    return {
      prompts: [
        { label: 'Prompt', text: main },
        { label: 'Face', text: face },
        { label: 'Hand', text: hand },
        { label: 'Negative', text: negative },
      ],
      ...{ checkpoint: generation.checkpoint, loras: generation.loras, seed: generation.seed },
      sampling: null,
    };
  }
  return {
    prompts: [
      { label: 'Prompt', text: metadata?.positive ?? '' },
      { label: 'Negative', text: metadata?.negative ?? '' },
    ],
    checkpoint: image.checkpoint ?? metadata?.checkpoint ?? null,
    loras: metadata?.loras ?? [],
    seed: image.seed ?? metadata?.seed ?? null,
    sampling: metadata ? samplingOf(metadata) : null,
  };
}

function samplingOf({ sampler, scheduler, steps, cfg }: NonNullable<ImageDetail['metadata']>): string | null {
  const parts = [
    sampler !== null && [sampler, scheduler].filter((word) => word !== null).join(' '),
    steps !== null && `${steps} steps`,
    cfg !== null && `CFG ${cfg}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : null;
}
