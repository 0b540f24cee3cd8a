import type { EntityData } from '@gaze/contracts';
import { checkpointDefaults } from '@gaze/contracts';
import { textAt } from './facts.ts';

export interface CheckpointFacts {
  /** `isUsual`: the file does not say, so the usual value counts. */
  settings: { label: string; value: string; isUsual: boolean }[];
  prompts: { label: string; text: string; where: string }[];
}

/** The settings of a checkpoint's file in words; what it does not say counts as usual. */
export function checkpointFacts(data: EntityData): CheckpointFacts {
  const setting = (label: string, key: 'steps' | 'cfg' | 'sampler_name' | 'scheduler') => {
    const said = textAt(data, key);
    return { label, value: said === '' ? String(checkpointDefaults[key]) : said, isUsual: said === '' };
  };
  const vae = textAt(data, 'vae');
  const clipSkip = textAt(data, 'clip_skip');
  const workflow = textAt(data, 'workflow');
  return {
    settings: [
      setting('Steps', 'steps'),
      setting('CFG', 'cfg'),
      setting('Sampler', 'sampler_name'),
      setting('Scheduler', 'scheduler'),
      ...(clipSkip === '' ? [] : [{ label: 'CLIP skip', value: clipSkip, isUsual: false }]),
      { label: 'VAE', value: /^(integrated)?$/i.test(vae) ? 'its own' : vae, isUsual: vae === '' },
      ...(workflow === '' ? [] : [{ label: 'Workflow', value: workflow, isUsual: false }]),
    ],
    prompts: [
      { label: 'Base prompt', text: textAt(data, 'base_positive'), where: 'in front of main, face and hand' },
      { label: 'Base negative', text: textAt(data, 'base_negative'), where: 'in every negative' },
    ],
  };
}
