import type { LlmTranscript } from '@gaze/contracts';

export const transcript: LlmTranscript = {
  ...{ v: 1, model: 'tiny', provider: '127.0.0.1:1', prompt_file: 'regenerate_tags_system.txt' },
  ...{ started_at: '2026-11-23T10:00:00.000Z', seconds: 1, turns: 1, cost: null, truncated: false },
  messages: [{ role: 'user', content: 'The entry.' }],
  tokens: { prompt: 1, completion: 1, total: 2 },
  ...{ retries: [], repairs: [] },
};
