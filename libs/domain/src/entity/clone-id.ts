/** What a counted id may grow to before somebody has to think of a name of their own. */
const most = 100_000;

/**
 * The id of a copy: one that ends in `_` and digits counts on in the same width, any other gets `_02`, and both go on
 * to the next one that is free. The extension of a model file stays at the end.
 * @param isTaken whether an id cannot be used
 * @throws Error where a hundred thousand copies are there already
 */
export function nextId(id: string, isTaken: (id: string) => boolean): string {
  const [, stem = id, extension = ''] = /^(.*?)(\.(?:safetensors|ckpt|pt|gguf|sft))?$/s.exec(id) ?? [];
  const counted = /^(.*)_(\d{1,9})$/s.exec(stem);
  const [base, digits] = [counted?.[1] ?? stem, counted?.[2] ?? '01'];
  for (let number = Number(digits) + 1; number < Number(digits) + most; number++) {
    const next = `${base}_${String(number).padStart(digits.length, '0')}${extension}`;
    if (!isTaken(next)) return next;
  }
  throw new Error(`there are too many copies of ${id}`);
}

/** The id itself where it is free, else the next one that is. */
export function idOrNext(id: string, isTaken: (id: string) => boolean): string {
  return isTaken(id) ? nextId(id, isTaken) : id;
}

/** An id in the style of the library from what a person calls it: `Elke Marrow` → `elke_marrow`. Empty for a name without letters and digits of ASCII. */
export function idFromName(name: string): string {
  return (
    name
      .normalize('NFKD')
      // Accents stand beside their letters now; they go, the letters stay.
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 100)
  );
}
