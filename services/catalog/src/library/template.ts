import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Workflow } from '@gaze/contracts';
import { GazeError } from '@gaze/runtime';

export interface Template {
  name: string;
  /** SHA-256 of the workflow in its one canonical text. */
  hash: string;
  workflow: Workflow;
}

const templateName = /^[a-zA-Z0-9_-]{1,100}$/;

/** Templates by file, with the text that they were read from: the same text is not checked again. */
const checked = new Map<string, { text: string; template: Template }>();

/**
 * Reads a workflow template of `data/workflows`. The file is read anew each time: a person edits it and expects the
 * next picture to follow. @throws GazeError data_error with the file
 */
async function readTemplate(dataDir: string, name = 'default'): Promise<Template> {
  const file = `workflows/${name}.json`;
  if (!templateName.test(name))
    throw new GazeError('data_error', `«${name}» is not the name of a workflow template.`, { file });
  const place = path.join(dataDir, file);
  let text: string;
  let json: unknown;
  try {
    text = await readFile(place, 'utf8');
    const before = checked.get(place);
    if (before?.text === text) return before.template;
    json = JSON.parse(text);
  } catch (error) {
    throw new GazeError(
      'data_error',
      `The workflow template ${file} cannot be read. Restore it, or export one from ComfyUI in API format.`,
      { file, cause: error },
    );
  }
  const workflow = Workflow.safeParse(json);
  if (!workflow.success) {
    const where = workflow.error.issues[0]?.path.join('.') ?? '';
    throw new GazeError(
      'data_error',
      `The workflow template ${file} is not in ComfyUI's API format at «${where}».`,
      { file, field: where },
    );
  }
  const template = {
    name,
    hash: createHash('sha256').update(JSON.stringify(workflow.data)).digest('hex'),
    workflow: workflow.data,
  };
  checked.set(place, { text, template });
  return template;
}

/** The template that a checkpoint's JSON names (`workflow`), else the default one. @throws as `readTemplate` */
export function templateOf(dataDir: string, checkpointData: Record<string, unknown>): Promise<Template> {
  const { workflow } = checkpointData;
  return readTemplate(
    dataDir,
    typeof workflow === 'string' && workflow.trim() !== ''
      ? workflow.trim().replace(/\.json$/, '')
      : undefined,
  );
}
