import { untrack } from 'svelte';

export interface Shortcut {
  /** `?`, `t`, `mod+k` (Ctrl or ⌘), `g q` (one after the other), `ArrowLeft`. */
  keys: string;
  label: string;
  group: string;
  run: () => void;
}

const sequenceMs = 900;
/** A field that has not come by then will not, and keys are shortcuts again. */
const aheadMs = 3000;

/** The keys of the page. A page adds its own while it is there; `?` lists what counts right now. */
class Keys {
  list = $state.raw<readonly Shortcut[]>([]);
  #first: { key: string; at: number } | null = null;
  #ahead: { text: string; until: number } | null = null;

  /** Adds shortcuts; gives back the way out. Later ones win over earlier ones with the same keys. */
  add(...shortcuts: Shortcut[]): () => void {
    // an effect that adds keys must not run again because the list changed
    this.list = [...shortcuts, ...untrack(() => this.list)];
    return () => (this.list = untrack(() => this.list).filter((shortcut) => !shortcuts.includes(shortcut)));
  }

  /** What is typed from now on is meant for a field that is on its way, and no shortcut. */
  typeAhead(): void {
    this.#ahead = { text: '', until: performance.now() + aheadMs };
  }

  /** The field is there, or will not come: what was typed for it. */
  typedAhead(): string {
    const typed = this.#ahead?.text ?? '';
    this.#ahead = null;
    return typed;
  }

  handle = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    if (this.#ahead && performance.now() < this.#ahead.until && !event.ctrlKey && !event.metaKey) {
      const { text } = this.#ahead;
      if (event.key.length === 1) this.#ahead.text = text + event.key;
      else if (event.key === 'Backspace') this.#ahead.text = text.slice(0, -1);
      event.preventDefault();
      return;
    }
    const mod = event.ctrlKey || event.metaKey;
    if (!mod && isTyping(event.target)) return;
    const pressed = mod ? `mod+${event.key.toLowerCase()}` : event.key;
    const sequence = this.#sequence(pressed, event.timeStamp);
    const found = this.#find(sequence) ?? this.#find(pressed);
    this.#first = { key: pressed, at: event.timeStamp };
    if (!found) return;
    event.preventDefault();
    this.#first = null;
    found.run();
  };

  #sequence(pressed: string, at: number): string {
    return this.#first && at - this.#first.at < sequenceMs ? `${this.#first.key} ${pressed}` : '';
  }

  #find(keys: string): Shortcut | undefined {
    return this.list.find((shortcut) => shortcut.keys === keys);
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'range' && target.type !== 'checkbox';
  return (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

export const keys = new Keys();

export const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** How keys are written for a person: `⌘ K` on Apple's machines, `Ctrl K` elsewhere. */
export function spell(shortcut: string): string[] {
  const words: Record<string, string> = {
    mod: isApple ? '⌘' : 'Ctrl',
    ArrowLeft: '←',
    ArrowRight: '→',
    Escape: 'Esc',
    Delete: 'Del',
    enter: '↵',
  };
  return shortcut.split(/[+ ]/).map((key) => words[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
