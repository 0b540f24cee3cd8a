import { isBreak, pairBrackets } from '@gaze/domain';
import { tokensIn } from './token.ts';

/** One press of Ctrl-Up. */
export const weightStep = 0.05;

const heaviest = 10;
/** ComfyUI counts a pair of round brackets without a number so. */
const bracketWeight = 1.1;
const number = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

export interface Weighed {
  text: string;
  /** The stretch that holds the changed entries, to be selected again. */
  from: number;
  to: number;
}

/** Makes the entries of a selection heavier or lighter; null where there is none that can have a weight. */
export function reweigh(text: string, from: number, to: number, by: number): Weighed | null {
  const tokens = tokensIn(text, from, to).filter((token) => !isBreak(token.text));
  const first = tokens[0];
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return null;
  let made = text.slice(0, first.from);
  let at = first.from;
  for (const token of tokens) {
    made += text.slice(at, token.from) + withWeightChanged(token.text, by);
    at = token.to;
  }
  return { text: made + text.slice(at), from: first.from, to: made.length };
}

/** One entry with another weight: `hair` → `(hair:1.05)` → `hair`, `((hair))` counts as 1.21, `<lora:x:0.8>` has its own. */
export function withWeightChanged(entry: string, by: number): string {
  const unit = /^(<[a-z]+:.*:)([^:>]+)>$/i.exec(entry);
  if (unit !== null && number.test((unit[2] ?? '').trim()))
    return `${unit[1] ?? ''}${spelled(Number(unit[2]) + by, -heaviest)}>`;
  if (entry.startsWith('<')) return entry;
  const { inner, weight } = weighed(entry);
  const next = spelled(weight + by, 0);
  return next === '1' ? inner : `(${escaped(inner)}:${next})`;
}

/** The entry without round brackets around all of it, and what they and the number in them make of it. */
function weighed(entry: string): { inner: string; weight: number } {
  let inner = entry;
  let weight = 1;
  while (inner.startsWith('(') && pairBrackets(inner)[0] === inner.length - 1) {
    inner = inner.slice(1, -1);
    const colon = inner.lastIndexOf(':');
    const said = inner.slice(colon + 1).trim();
    if (colon > 0 && number.test(said)) {
      weight *= Number(said);
      inner = inner.slice(0, colon);
    } else weight *= bracketWeight;
    inner = inner.trim();
  }
  return inner === '' ? { inner: entry, weight: 1 } : { inner, weight };
}

/** A bracket without a partner would end the weight too early. */
function escaped(inner: string): string {
  const partner = pairBrackets(inner);
  let made = '';
  for (let i = 0; i < inner.length; i++) {
    const char = inner.charAt(i);
    const isAlone = (char === '(' || char === ')') && partner[i] === -1 && inner[i - 1] !== '\\';
    made += isAlone ? `\\${char}` : char;
  }
  return made;
}

function spelled(weight: number, least: number): string {
  return String(Math.round(Math.min(heaviest, Math.max(least, weight)) * 100) / 100);
}
