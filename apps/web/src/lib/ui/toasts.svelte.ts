import { troubleOf, type Trouble } from '#lib/api/trouble.ts';

export interface Toast {
  id: number;
  tone: 'plain' | 'bad';
  title: string;
  /** Second line: where, why, what to do. */
  text?: string;
  thumb?: { url: string; veiled: boolean };
  /** One action; `Undo` where there is an undo. */
  action?: { label: string; run: () => void };
  /** Opens on click and copies. */
  technical?: string;
}

const lifetime = { plain: 5000, bad: 12_000 };

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(toast: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }): number {
    const id = this.#next++;
    this.list = [...this.list.slice(-3), { tone: 'plain', ...toast, id }];
    this.release(id);
    return id;
  }

  /** What failed, in a title of ours; where and what to do come from the error. */
  failed(title: string, error: unknown): number {
    const trouble: Trouble = troubleOf(error);
    const text = trouble.hint ? `${trouble.message} ${trouble.hint}` : trouble.message;
    return this.show({ tone: 'bad', title, text, technical: trouble.technical });
  }

  dismiss(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Stays while somebody points at it or reads its details. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    this.hold(id);
    const toast = this.list.find((other) => other.id === id);
    if (toast)
      this.#timers.set(
        id,
        setTimeout(() => this.dismiss(id), lifetime[toast.tone]),
      );
  }
}

export const toasts = new Toasts();
