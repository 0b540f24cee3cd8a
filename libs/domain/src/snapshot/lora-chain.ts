import type { CategoryDeclaration, SnapshotPart } from '@gaze/contracts';
import { categories, partCategories } from '@gaze/contracts';
import { loraOf } from '../entity/lora.ts';

/** The nodes of a template that hold a LoRA each, in the order of the chain. */
export const loraSlots = [16, 17, 18, 19] as const;
export type LoraSlotNode = (typeof loraSlots)[number];

/** The slot that styles, detailers and scenes share: whoever is filled first gets it. */
const sharedSlot = 19;
/** Ids of the loaders that follow the slots: 100, 101, … */
const firstStacked = 100;

type ChainPart = Pick<SnapshotPart, 'category' | 'name' | 'data' | 'lora'>;

export interface ChainLink<P> {
  /** Node id of the loader. */
  node: number;
  part: P;
}

export interface LoraChain<P> {
  /** In the order of the chain. */
  links: ChainLink<P>[];
  /** Selected LoRAs that found no place. */
  leftOut: P[];
}

/**
 * Who sits where in the chain of LoRA loaders.
 *
 * Slots 16 to 18 belong to the first entity of their category; of categories that share one, to the first in rank
 * whose entity has a LoRA at all (a look before its character). Switched off, the slot stays empty. Slot 19 goes
 * to the first filled of style, detailer and scene. With `stack`, every further one follows.
 */
export function loraChain<P extends ChainPart>(parts: readonly P[], stack: boolean): LoraChain<P> {
  const links: ChainLink<P>[] = [];
  for (const node of loraSlots) {
    const part = slotPart(parts, node);
    if (part !== undefined && part.lora !== null) links.push({ node, part });
  }
  const wired = new Set(links.map((link) => link.part));
  const further = byStackOrder().flatMap((declaration) =>
    parts.filter((part) => part.category === declaration.name && part.lora !== null && !wired.has(part)),
  );
  if (!stack) return { links, leftOut: further };
  return { links: [...links, ...further.map((part, i) => ({ node: firstStacked + i, part }))], leftOut: [] };
}

function slotPart<P extends ChainPart>(parts: readonly P[], node: LoraSlotNode): P | undefined {
  const of = (declaration: CategoryDeclaration): P[] =>
    parts.filter((part) => part.category === declaration.name);
  const sharing = partCategories
    .filter((declaration) => declaration.lora?.node === node)
    .sort((a, b) => (a.lora?.priority ?? 0) - (b.lora?.priority ?? 0));
  if (node === sharedSlot) return sharing.flatMap(of).find((part) => part.lora !== null);
  return sharing
    .flatMap((declaration) => of(declaration).slice(0, 1))
    .find((part) => loraOf(part.data) !== null);
}

function byStackOrder(): CategoryDeclaration[] {
  return Object.values(categories)
    .filter((declaration) => (declaration.lora?.stackOrder ?? null) !== null)
    .sort((a, b) => (a.lora?.stackOrder ?? 0) - (b.lora?.stackOrder ?? 0));
}
