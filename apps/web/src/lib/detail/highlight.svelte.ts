import type { Marks } from './marks.ts';

/** What is pointed at: a chip marks its tags, a tag marks its chips. */
export class Highlight {
  chip = $state<string | null>(null);
  tag = $state<string | null>(null);
  #marks: () => Marks;

  constructor(marks: () => Marks) {
    this.#marks = marks;
  }

  marksTag(key: string): boolean {
    if (this.chip !== null) return this.#marks().get(this.chip)?.has(key) ?? false;
    return this.tag === key;
  }

  marksChip(id: string): boolean {
    return this.tag !== null && (this.#marks().get(id)?.has(this.tag) ?? false);
  }

  /** Handlers for a chip: pointing and focus are the same thing. */
  chipProps(id: string): Record<'onpointerenter' | 'onpointerleave' | 'onfocus' | 'onblur', () => void> {
    const enter = () => (this.chip = id);
    const leave = () => (this.chip = null);
    return { onpointerenter: enter, onpointerleave: leave, onfocus: enter, onblur: leave };
  }
}
