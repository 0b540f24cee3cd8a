/** An outfit's name as a tab shows it. */
export const outfitLabel = (outfit: string): string => (outfit === 'default' ? 'Default' : outfit);

/** A name that the wardrobe does not have yet: «Rain coat», else «Rain coat 2». */
export function freeOutfitName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name} ${n}`;
  return free;
}
