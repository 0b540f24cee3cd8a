/**
 * What the stream said, by id and in order. An answer tells how things were when it was written: what the stream has
 * said since the question was asked is newer, also where it comes before the answer.
 */
export class News {
  #count = 0;
  #at = new Map<string, number>();

  heard(id: string): void {
    this.#at.set(id, ++this.#count);
  }

  /** A mark to take before a question, for `isNewer` once it is answered. */
  asked(): number {
    return this.#count;
  }

  isNewer(id: string, asked: number): boolean {
    return (this.#at.get(id) ?? 0) > asked;
  }

  forget(id: string): void {
    this.#at.delete(id);
  }
}

/** Of several questions on one thing only the last one's answer counts: an earlier one may come later. */
export class LastAsked {
  #turn = 0;

  /** Begins a question; the function given back says whether none has begun since. */
  begin(): () => boolean {
    const turn = ++this.#turn;
    return () => turn === this.#turn;
  }
}

/**
 * A list that was asked for, with what is shown already in place of what it has of the same ids where that is newer:
 * changed, come (in front) or gone.
 */
export function mergeAnswer<T extends { id: string }>(
  shown: readonly T[],
  answer: readonly T[],
  isNewer: (id: string) => boolean,
): T[] {
  const newer = new Map(shown.filter(({ id }) => isNewer(id)).map((one) => [one.id, one]));
  const answered = new Set(answer.map(({ id }) => id));
  return [
    ...[...newer.values()].filter(({ id }) => !answered.has(id)),
    ...answer.flatMap((one) => (isNewer(one.id) ? (newer.get(one.id) ?? []) : [one])),
  ];
}
