import { error } from '@sveltejs/kit';

export function load({ params }) {
  if (params.category !== 'characters') error(404, 'Only characters have a coverage page.');
  return { slug: params.slug };
}
