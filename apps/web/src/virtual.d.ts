declare module 'virtual:category-facts' {
  import type { CategoryDeclaration, CategoryName } from '@gaze/contracts';
  import type { LucideIcon } from '@lucide/svelte';

  export type CategoryFacts = Omit<CategoryDeclaration, 'schema'>;
  /** In the order of the navigation. */
  export const categoryList: readonly CategoryFacts[];
  export const categoryIcons: Readonly<Record<CategoryName, LucideIcon>>;
}
