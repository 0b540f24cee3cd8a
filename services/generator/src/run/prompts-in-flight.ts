/** What the socket says of one prompt, for whoever follows it. */
export interface Listener {
  onMessage: (type: string, data: Record<string, unknown>) => void;
  onPreview: (mime: string, bytes: Buffer) => void;
}

/** The prompts of one host that this process follows, by prompt id. */
export interface PromptsInFlight {
  listen: (promptId: string, listener: Listener) => () => void;
  message: (type: string, promptId: string, data: Record<string, unknown>) => void;
  preview: (promptId: string, mime: string, bytes: Buffer) => void;
}

export function buildPromptsInFlight(): PromptsInFlight {
  const listeners = new Map<string, Listener>();
  return {
    listen(promptId, listener) {
      listeners.set(promptId, listener);
      return () => listeners.delete(promptId);
    },
    message: (type, promptId, data) => listeners.get(promptId)?.onMessage(type, data),
    preview: (promptId, mime, bytes) => listeners.get(promptId)?.onPreview(mime, bytes),
  };
}

/** Messages after which the history is worth a look at once. */
const finalMessages = new Set(['execution_success', 'execution_error', 'execution_interrupted']);

export function isFinal(type: string, data: Record<string, unknown>): boolean {
  return finalMessages.has(type) || (type === 'executing' && data.node === null);
}

/** A signal that can be waited for again and again; each wait sees only what comes after it began. */
export function buildSign(): { give: () => void; next: () => Promise<void> } {
  let waiting = Promise.withResolvers<undefined>();
  return {
    give() {
      const current = waiting;
      waiting = Promise.withResolvers<undefined>();
      current.resolve(undefined);
    },
    next: () => waiting.promise,
  };
}
