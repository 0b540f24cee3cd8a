import type { Host } from '../host.ts';
import type { JsonObject } from '../json.ts';
import type { ModelValue, Picture, PicturesValue, SavedImage } from '../nodes/types.ts';
import { str } from '../validation/python.ts';
import { saveImages } from '../files/save-images.ts';
import type { PromptRun } from './prompt-run.ts';
import { sample } from './sample.ts';

/** What a node class gets to work with while one of its nodes runs. */
export interface NodeRun {
  nodeId: string;
  promptId: string;
  className: string;
  host: Host;
  prompt: PromptRun;
  text: (name: string) => string;
  number: (name: string) => number;
  // What came through a link; the validation has made sure that it is there and of that type.
  model: (name: string) => ModelValue;
  pictures: (name: string) => readonly Picture[];
  conditioning: (name: string) => string;
  /** Name of the file behind a detector, an upscaler and the like. */
  fileOf: (name: string) => string;
  sample: (work: { steps: number; picture: Picture | undefined }) => Promise<void>;
  save: (
    pictures: readonly Picture[],
    to: { type: 'output' | 'temp'; prefix: string },
  ) => Promise<SavedImage[]>;
}

export function buildNodeRun(
  prompt: PromptRun,
  nodeId: string,
  className: string,
  inputs: JsonObject,
): NodeRun {
  const run: NodeRun = {
    nodeId,
    promptId: prompt.item.promptId,
    className,
    host: prompt.host,
    prompt,
    text: (name) => str(inputs[name]),
    number: (name) => Number(inputs[name]),
    model: (name) => inputs[name] as ModelValue,
    pictures: (name) => (inputs[name] as PicturesValue).pictures,
    conditioning: (name) => (inputs[name] as { text: string }).text,
    fileOf: (name) => (inputs[name] as { name: string }).name,
    sample: (work) => sample(run, work),
    save: (pictures, to) => saveImages(run, pictures, to),
  };
  return run;
}
