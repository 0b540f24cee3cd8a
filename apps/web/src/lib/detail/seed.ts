/** A seed as it is typed: digits, spaces allowed; blank: a new one each time. */
export function readSeed(text: string): { seed: number | null } | { problem: string } {
  const digits = text.replace(/\s/g, '');
  if (digits === '') return { seed: null };
  const seed = Number(digits);
  if (/^\d+$/.test(digits) && Number.isSafeInteger(seed)) return { seed };
  return { problem: `A seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.` };
}

/** A seed short enough to be read aloud: ten digits are four billion pictures. */
export function drawSeed(random: () => number): number {
  return Math.floor(random() * 2 ** 32);
}
