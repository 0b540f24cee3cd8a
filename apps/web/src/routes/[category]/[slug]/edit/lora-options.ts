import type { CategoryName } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { Option } from './generation-choices.svelte.ts';

const mostShown = 60;

/** LoRA files of a category's folder, or, once somebody looks for a name, of all folders. */
export async function loraOptions(
  category: CategoryName,
  text: string,
  signal: AbortSignal,
): Promise<readonly Option[]> {
  const find = async (own: CategoryName | undefined) =>
    (await api.models.list({ kind: 'lora', category: own, q: text, limit: mostShown }, { signal })).items;
  const own = await find(category);
  const files = text === '' || own.length > 0 ? own : await find(undefined);
  return files.map((file) => ({
    ...{ value: file.name, label: file.name.split('/').at(-1) ?? file.name },
    note: file.is_missing
      ? 'not found'
      : file.users.length > 0
        ? `of ${file.users[0]?.name ?? ''}`
        : (file.base_model ?? 'unused'),
    isBad: file.is_missing,
  }));
}
