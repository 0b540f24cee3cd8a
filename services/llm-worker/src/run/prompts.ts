import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmFailure } from '../llm/failure.ts';

/** System prompts, read anew for each job: people edit them. */
export type ReadPrompt = (file: string) => Promise<string>;

const longest = 60_000;

export const buildPrompts =
  (folder: string): ReadPrompt =>
  async (file) => {
    let text: string;
    try {
      text = await readFile(join(folder, file), 'utf8');
    } catch (cause) {
      throw new LlmFailure(
        'permanent',
        `The prompt file ${file} cannot be read. Restore it, or set PROMPTS_DIR.`,
        { cause },
      );
    }
    if (text.trim() === '') throw new LlmFailure('permanent', `The prompt file ${file} is empty.`);
    return text.slice(0, longest);
  };
