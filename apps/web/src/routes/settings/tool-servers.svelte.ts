import type { McpServersInput, McpServersView } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { live } from '#lib/live/live.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';

type Server = McpServersView['servers'][number];

/** Workers tell of what changes; one that dies tells nothing. */
const lookEveryMs = 15_000;

/** The MCP servers and their tools, followed while somebody looks. A switch shows at once and goes back where it was refused. */
export class ToolServers {
  view = $state.raw<McpServersView | null>(null);
  error = $state.raw<unknown>(null);

  load = async (): Promise<void> => {
    try {
      this.view = await api.llm.servers();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  };

  /** Loads and follows; gives back the way out. */
  watch(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), lookEveryMs);
    const ends = [live.on('llm.changed', () => void this.load()), live.onReset(() => void this.load())];
    return () => {
      clearInterval(timer);
      for (const end of ends) end();
    };
  }

  /** False where it was refused; a toast has said why. */
  async add(name: string, url: string): Promise<boolean> {
    return this.#set({ servers: [...this.#own(), { name, url }] }, `«${name}» was not added`);
  }

  async remove(server: Server): Promise<void> {
    const servers = this.#own().filter(({ name }) => name !== server.name);
    await this.#set({ servers }, `«${server.name}» was not removed`);
  }

  async allow(server: Server, tool: string, allowed: boolean): Promise<void> {
    const rest = (this.view?.allow ?? []).filter((one) => one.server !== server.name || one.tool !== tool);
    const before = this.view;
    if (before)
      this.view = {
        ...before,
        servers: before.servers.map((one) =>
          one.name === server.name
            ? { ...one, tools: one.tools.map((its) => (its.name === tool ? { ...its, allowed } : its)) }
            : one,
        ),
      };
    const done = await this.#set(
      { servers: this.#own(), allow: [...rest, { server: server.name, tool, allowed }] },
      `${tool} was not switched`,
      // the workers hear of it in a moment: their answer must not switch it back meanwhile
      { keeps: true },
    );
    if (!done) this.view = before;
  }

  async reconnect(server: Server): Promise<void> {
    try {
      await api.llm.reconnect(server.name);
    } catch (error) {
      toasts.failed(`«${server.name}» is not connected anew`, error);
    }
  }

  #own(): McpServersInput['servers'] {
    return (this.view?.servers ?? [])
      .filter(({ origin }) => origin === 'settings')
      .map(({ name, address }) => ({ name, url: address }));
  }

  async #set(input: McpServersInput, failed: string, { keeps = false } = {}): Promise<boolean> {
    try {
      const view = await api.llm.setServers(input);
      this.view = keeps && this.view ? { ...this.view, allow: view.allow } : view;
      return true;
    } catch (error) {
      toasts.failed(failed, error);
      return false;
    }
  }
}
