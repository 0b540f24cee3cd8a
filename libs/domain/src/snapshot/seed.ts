const seeds = 2 ** 53;

/** `seed + by`, starting over at 2^53: every result is an integer that JavaScript holds exactly. */
export function seedPlus(seed: number, by: number): number {
  return seed >= seeds - by ? seed - (seeds - by) : seed + by;
}

/** A seed out of one draw in [0, 1). */
export function drawSeed(draw: number): number {
  return drawIndex(draw, seeds);
}

/** One of `count` places out of one draw in [0, 1). */
export function drawIndex(draw: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(draw * count)));
}
