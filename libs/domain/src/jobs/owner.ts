import type { EntityRef, Snapshot } from '@gaze/contracts';

/** Whose picture it is: the recipe's owner, else its preset, else its character; null for a free mix. */
export function ownerOf(snapshot: Pick<Snapshot, 'owner' | 'recipe' | 'parts'>): EntityRef | null {
  if (snapshot.owner !== null) return snapshot.owner;
  if (snapshot.recipe.preset !== undefined) return { category: 'presets', slug: snapshot.recipe.preset };
  const character = snapshot.parts.find((part) => part.category === 'characters');
  return character === undefined ? null : { category: 'characters', slug: character.slug };
}

/** Folder of the object store for pictures of an owner; those of sweeps lie in a folder of their own below it. */
export function folderOf(owner: { category: string; slug: string } | null, isSweep = false): string {
  if (owner === null) return 'generator/mix';
  return `${owner.category}/${owner.slug}${isSweep ? '/strengths' : ''}`;
}

/** Key of a picture that an attempt stores; the ledger takes no other. */
export function pictureKey(folder: string, jobId: string, attempt: number, ordinal: number): string {
  return `${folder}/gen_${jobId}_${attempt}_${ordinal}.png`;
}
