import { ApiError } from '@gaze/client';
import type { EntityDetail } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import type { Library } from './opened.ts';

/** The last part of a path without its ending, for comparison: programs name files with and without both. */
function plainFile(name: string): string {
  const file = name.replaceAll('\\', '/').split('/').at(-1) ?? name;
  return file.replace(/\.(safetensors|ckpt|pt)$/i, '').toLowerCase();
}

/** The library as the server has it. */
export const serverLibrary: Library = {
  async entity(category, slug): Promise<EntityDetail | null> {
    try {
      return await api.entities.get(category, slug);
    } catch (error) {
      if (error instanceof ApiError && [404, 422].includes(error.status)) return null;
      throw error;
    }
  },
  async checkpoint(name) {
    // a slug is no path: only an entry has one
    if (/^\w+$/.test(name)) {
      const entry = await this.entity('checkpoints', name);
      if (entry !== null) return entry.id;
    }
    const { items } = await api.models.list({ kind: 'checkpoint', q: plainFile(name), limit: 60 });
    const path = name.replaceAll('\\', '/');
    const known = items.filter((file) => !file.is_missing || file.used_by > 0);
    const exact = known.find((file) => file.name === path);
    return (exact ?? known.find((file) => plainFile(file.name) === plainFile(name)))?.name ?? null;
  },
  async loraUser(name) {
    const { items } = await api.models.list({ kind: 'lora', q: plainFile(name), limit: 60 });
    const path = name.replaceAll('\\', '/');
    const file =
      items.find((other) => other.name === path) ??
      items.find((other) => plainFile(other.name) === plainFile(name));
    return file?.users[0] ?? null;
  },
};
