import { error } from '@sveltejs/kit';
import { categoryOf } from '#lib/categories.ts';

export function load({ params }) {
  const category = categoryOf(params.category);
  if (!category) error(404, `There is no library ${params.category}.`);
  return { category, slug: params.slug };
}
