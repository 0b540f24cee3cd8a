import type { EntityRef, Snapshot } from '@gaze/contracts';
import { DomainError } from '../errors.ts';
import { loraChain } from '../snapshot/lora-chain.ts';
import { sweepWeights } from './weights.ts';
import type { SweepSpan } from './weights.ts';

/** One picture of a sweep. */
export interface SweepStep {
  weight: number;
  snapshot: Snapshot;
}

/**
 * The pictures of a sweep out of one resolved recipe: the same draws, words and seed in each, and the weight of the
 * owner's LoRA as the one thing that differs.
 * @throws DomainError invalid_input where the owner has no LoRA, or another one has its place
 */
export function planSweep(snapshot: Snapshot, id: string, span: SweepSpan): SweepStep[] {
  const weights = sweepWeights(span);
  const owner = checkedOwner(snapshot);
  return weights.map((weight) => ({ weight, snapshot: atWeight(snapshot, owner, id, weight) }));
}

/** @throws DomainError invalid_input */
function checkedOwner(snapshot: Snapshot): EntityRef {
  const { owner, parts } = snapshot;
  const part = parts.find(({ category, slug }) => category === owner?.category && slug === owner.slug);
  if (owner === null || part?.lora == null) {
    const name = part === undefined ? 'This entry' : part.name;
    throw new DomainError(
      'invalid_input',
      `${name} has no LoRA whose strength could be compared. Name one in its LoRA fields first.`,
      { field: 'slug' },
    );
  }
  const { links } = loraChain(parts, snapshot.stack_loras);
  const isWired = links.some((link) => link.part === part);
  if (!isWired) {
    const rival = links.find(({ node }) => node >= 16)?.part.name ?? 'another entry';
    throw new DomainError(
      'invalid_input',
      `The LoRA of ${part.name} would not be used, because ${rival} has its place. Leave that out, or stack the LoRAs.`,
      { field: 'parts' },
    );
  }
  return owner;
}

function atWeight(snapshot: Snapshot, owner: EntityRef, id: string, weight: number): Snapshot {
  const isOwner = (part: { category?: string; slug: string }): boolean => part.slug === owner.slug;
  const key = owner.category as keyof Snapshot['recipe']['parts'];
  const asked = snapshot.recipe.parts[key] ?? [{ slug: owner.slug }];
  return {
    ...snapshot,
    cover: 'keep',
    recipe: {
      ...snapshot.recipe,
      cover: 'keep',
      sweep: id,
      seed: snapshot.seed,
      parts: {
        ...snapshot.recipe.parts,
        [key]: asked.map((part) => (isOwner(part) ? { ...part, weight, use_lora: true } : part)),
      },
    },
    parts: snapshot.parts.map((part) => {
      if (part.category !== owner.category || !isOwner(part) || part.lora === null) return part;
      const { name, triggers } = part.lora;
      // One strength for model and text encoder: a sweep that moved only one of two would compare nothing.
      return { ...part, lora: { name, triggers, weight } };
    }),
  };
}
