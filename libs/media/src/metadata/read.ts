import { GenerationRecord } from '@gaze/contracts';
import type { PictureMetadata } from '@gaze/contracts';
import { readA1111Parameters } from './a1111.ts';
import { readComfyPrompt } from './comfyui.ts';

export interface PictureOrigin {
  /** The whole record, where GAZE made the picture. */
  generation: GenerationRecord | null;
  /** The same in the form that all programs share. */
  metadata: PictureMetadata | null;
}

/**
 * What the texts of a picture say of how it was made: our own record first, then ComfyUI's graph, then the text of
 * the A1111 family. Never throws: what cannot be read says nothing.
 */
export function readOrigin(texts: Readonly<Record<string, string>>): PictureOrigin {
  const generation = recordOf(textAt(texts, 'gaze'));
  if (generation !== null) return { generation, metadata: metadataOfRecord(generation) };
  const prompt = textAt(texts, 'prompt');
  const parameters = textAt(texts, 'parameters');
  const metadata =
    (prompt === undefined ? null : readComfyPrompt(prompt)) ??
    (parameters === undefined ? null : readA1111Parameters(parameters));
  return { generation: null, metadata };
}

const textAt = (texts: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(texts, key) ? texts[key] : undefined;

function recordOf(text: string | undefined): GenerationRecord | null {
  if (text === undefined) return null;
  try {
    return GenerationRecord.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function metadataOfRecord(record: GenerationRecord): PictureMetadata {
  return {
    source: 'gaze',
    positive: record.prompts.main,
    negative: record.prompts.negative,
    seed: Number.isSafeInteger(record.seed) ? record.seed : null,
    checkpoint: record.checkpoint,
    model_hash: null,
    loras: record.loras,
    steps: null,
    cfg: null,
    sampler: null,
    scheduler: null,
    width: record.width,
    height: record.height,
  };
}
