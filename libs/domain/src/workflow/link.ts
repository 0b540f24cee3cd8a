export interface Link {
  id: string;
  slot: number;
}

/** An input that is `[node id, slot]` is a link; anything else is a plain value, and null here. */
export function linkOf(value: unknown): Link | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [id, slot] = value as unknown[];
  if (typeof id !== 'string' && typeof id !== 'number') return null;
  return typeof slot === 'number' && Number.isInteger(slot) && slot >= 0 ? { id: String(id), slot } : null;
}
