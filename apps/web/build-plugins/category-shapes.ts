import { categoryList } from '@gaze/contracts';
import type { Plugin } from 'vite';
import { shapeOf } from '../src/lib/edit/shape.ts';

const id = 'virtual:category-shapes';
const resolvedId = `\0${id}`;

/**
 * Gives the edit form what it has to know of each category's schema, as plain data: a page cannot load zod's schemas
 * (see `lean-contracts.ts`), and needs no more than the kind of each value. A tenth declaration needs no change here.
 */
export function categoryShapes(): Plugin {
  return {
    name: 'gaze:category-shapes',
    resolveId: (source) => (source === id ? resolvedId : null),
    load: (source) => (source === resolvedId ? moduleText() : null),
  };
}

function moduleText(): string {
  const shapes = categoryList.map(({ name, schema }) => [
    name,
    shapeOf(schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Parameters<typeof shapeOf>[0]),
  ]);
  return `export const categoryShapes = ${JSON.stringify(Object.fromEntries(shapes))};`;
}
