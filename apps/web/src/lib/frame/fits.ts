/** Whether every typed word is the beginning of a word of what is offered. Nothing typed: what is not quiet. */
export function fits(entry: { label: string; words?: string; isQuiet?: boolean }, text: string): boolean {
  const typed = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (typed.length === 0) return entry.isQuiet !== true;
  const words = `${entry.label} ${entry.words ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return typed.every((part) => words.some((word) => word.startsWith(part)));
}
