declare module 'virtual:category-facts' {
  import type { CategoryDeclaration, CategoryName } from '@gaze/contracts';
  import type { LucideIcon } from '@lucide/svelte';

  export type CategoryFacts = Omit<CategoryDeclaration, 'schema'>;
  /** In the order of the navigation. */
  export const categoryList: readonly CategoryFacts[];
  export const categoryIcons: Readonly<Record<CategoryName, LucideIcon>>;
}

declare module 'virtual:category-shapes' {
  import type { CategoryName } from '@gaze/contracts';
  import type { Shape } from '#lib/edit/shape.ts';

  /** Of the schema of each category's data. */
  export const categoryShapes: Readonly<Record<CategoryName, Shape>>;
}
