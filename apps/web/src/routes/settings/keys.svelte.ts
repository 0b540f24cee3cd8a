import type { ApiKeyView, Scope } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

/** The API keys, and the secret of the one that was just made: it is shown this once. */
export class ApiKeys {
  list = $state.raw<readonly ApiKeyView[] | null>(null);
  error = $state.raw<unknown>(null);
  created = $state.raw<{ name: string; secret: string } | null>(null);

  async load(): Promise<void> {
    try {
      this.list = (await api.keys.list()).keys;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  async create(name: string, scopes: Scope[]): Promise<boolean> {
    try {
      const { key, secret } = await api.keys.create({ name, scopes });
      this.list = [...(this.list ?? []).filter((other) => other.id !== key.id), key];
      this.created = { name: key.name, secret };
      return true;
    } catch (error) {
      toasts.failed(`The key ${name} was not made`, error);
      return false;
    }
  }

  async revoke(key: ApiKeyView): Promise<void> {
    const before = this.list;
    this.list = (this.list ?? []).filter((other) => other.id !== key.id);
    try {
      await api.keys.revoke(key.id);
      toasts.show({ title: `The key ${key.name} is revoked`, text: 'Whoever used it gets 401 from now on.' });
    } catch (error) {
      this.list = before;
      toasts.failed(`The key ${key.name} was not revoked`, error);
    }
  }
}
