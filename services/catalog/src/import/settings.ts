import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PlainAddress } from '@gaze/contracts';
import { storedProvider, setProvider } from '../llm/settings/provider.ts';
import { readSetting, writeSetting } from '../settings/store.ts';
import { decideTaking } from './decide.ts';
import type { ImportState } from './deps.ts';
import { hashOfValue, importedBefore, noteImported } from './records.ts';
import { places } from './source-folder.ts';

const openRouter = 'https://openrouter.ai/api/v1';
/** Columns of the original that hold a secret in clear; none of them is ever read further than whether it is there. */
const secrets = ['openrouter_api_key', 'api_key'];

/** Default checkpoint and language model. Secrets are not taken: they lie in clear in the original. */
export async function takeSettings(state: ImportState, settings: Record<string, unknown>): Promise<void> {
  const before = await importedBefore(state.writing.db, 'setting');
  const checkpoint = textOf(settings.default_checkpoint) ?? (await checkpointOfWorkflow(state.folder));
  if (checkpoint !== null) await takeCheckpoint(state, checkpoint, before);
  const llm = llmOf(settings);
  if (llm !== null) await takeLlm(state, llm, before);
  if (secrets.some((name) => textOf(settings[name]) !== null))
    state.report.notes.push(
      'Secrets of the original are not taken: enter the key of the language model in Settings, and make a new API key there.',
    );
  const roots = Object.entries(settings).filter(
    ([name, value]) => /^(lora|checkpoint)_dir/.test(name) && textOf(value) !== null,
  );
  if (roots.length > 0)
    state.report.notes.push(
      `Folders of model files of the original: ${roots.map(([name, value]) => `${name}: ${String(value)}`).join('; ')}. Name them in Settings if they are still there.`,
    );
}

async function takeCheckpoint(
  state: ImportState,
  checkpoint: string,
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const { db, events } = state.writing;
  const key = 'default_checkpoint';
  const ours = (await readSetting(db, key)) ?? null;
  const taking = decideTaking({
    theirs: hashOfValue(checkpoint),
    ours: ours === null ? null : hashOfValue(ours),
    before: before.get(key),
  });
  if (taking === 'kept') return void state.report.notes.push('The default checkpoint here stays.');
  if (taking === 'same') return;
  state.report.settings.push(`Default checkpoint: ${checkpoint}`);
  if (state.dryRun) return;
  await writeSetting(db, key, checkpoint);
  await events.emit(db, { type: 'setting.changed', key, value: checkpoint });
  await noteImported(db, 'setting', key, hashOfValue(checkpoint));
}

interface Llm {
  kind: 'openrouter' | 'ollama' | 'lmstudio';
  base_url: string;
  model: string;
}

function llmOf(settings: Record<string, unknown>): Llm | null {
  const kind = textOf(settings.llm_provider);
  if (kind === 'openrouter') {
    const model = textOf(settings.openrouter_model);
    return model === null ? null : { kind, base_url: openRouter, model };
  }
  if (kind !== 'ollama' && kind !== 'lmstudio') return null;
  const [base_url, model] = [textOf(settings.local_base_url), textOf(settings.local_model)];
  return base_url === null || model === null ? null : { kind, base_url, model };
}

async function takeLlm(state: ImportState, llm: Llm, before: ReadonlyMap<string, string>): Promise<void> {
  const { db, events } = state.writing;
  const key = 'llm.provider';
  if (state.llmIsFixed || !PlainAddress.safeParse(llm.base_url).success)
    return void state.report.notes.push(
      'The language model of the original was not taken: set it in Settings.',
    );
  const stored = await storedProvider(db);
  const ours = stored === null ? null : hashOfValue([stored.base_url, stored.model]);
  const theirs = hashOfValue([llm.base_url, llm.model]);
  const taking = decideTaking({ theirs, ours, before: before.get(key) });
  if (taking === 'kept') return void state.report.notes.push('The language model that is set here stays.');
  if (taking === 'same') return;
  state.report.settings.push(`Language model: ${llm.model} at ${llm.base_url}`);
  if (state.dryRun) return;
  await setProvider(db, { fixed: { provider: null, limits: {} }, key: null }, { ...llm, sealed_key: null });
  await events.emit(db, { type: 'llm.changed' });
  await noteImported(db, 'setting', key, theirs);
}

const workflowName = 'flask_original';
const mostWorkflowBytes = 1024 * 1024;

/** The original's workflow becomes a template beside the others; nothing uses it until somebody chooses it. */
export async function takeWorkflow(state: ImportState): Promise<void> {
  const text = await readWorkflow(state.folder);
  if (text === null) return;
  const { db, dataDir } = state.writing;
  const target = path.join(dataDir, 'workflows', `${workflowName}.json`);
  const ours = await readFile(target, 'utf8').catch(() => null);
  const taking = decideTaking({
    theirs: hashOfValue(text),
    ours: ours === null ? null : hashOfValue(ours),
    before: (await importedBefore(db, 'workflow')).get(workflowName),
  });
  if (taking === 'same' || taking === 'kept') return;
  state.report.settings.push(
    `Workflow: workflows/${workflowName}.json. A checkpoint uses it when its field «workflow» says ${workflowName}.`,
  );
  if (state.dryRun) return;
  await writeWorkflow(target, text);
  await noteImported(db, 'workflow', workflowName, hashOfValue(text));
}

async function writeWorkflow(target: string, text: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(`${target}.tmp`, text);
  await rename(`${target}.tmp`, target);
}

async function readWorkflow(folder: string): Promise<string | null> {
  const file = path.join(folder, places.workflow);
  const info = await stat(file).catch(() => null);
  if (info?.isFile() !== true || info.size > mostWorkflowBytes) return null;
  const text = await readFile(file, 'utf8');
  return nodesOf(text) === null ? null : text;
}

/** The checkpoint that the original chose last is written into its workflow. */
async function checkpointOfWorkflow(folder: string): Promise<string | null> {
  const text = await readWorkflow(folder);
  const nodes = text === null ? null : nodesOf(text);
  const loader = nodes?.['4'] as { inputs?: { ckpt_name?: unknown } } | undefined;
  return textOf(loader?.inputs?.ckpt_name);
}

function nodesOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
