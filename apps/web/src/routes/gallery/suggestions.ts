import type { EntityCard } from '@gaze/contracts';
import { api } from '#lib/api/client.ts';
import { categoryIcons, categoryList, categoryOf } from '#lib/categories.ts';
import { checkpoints } from '#lib/live/checkpoints.svelte.ts';
import { fileName } from '#lib/live/checkpoint-name.ts';
import { hosts } from '#lib/live/hosts.svelte.ts';
import { settings } from '#lib/live/settings.svelte.ts';
import type { FilterOption, FilterSearch } from './FilterList.svelte';

const most = 12;

/** One word for a category, or for an entity in it: `looks` and `looks/red_coat`. */
export const ownerValue = (category: string, slug: string): string =>
  slug === '' ? category : `${category}/${slug}`;

const cardOption = (card: EntityCard): FilterOption => ({
  value: ownerValue(card.category, card.slug),
  label: card.name,
  end: categoryOf(card.category)?.labelSingular ?? '',
  thumb: { url: card.cover?.thumb_url ?? null, veiled: settings.veils(card.is_nsfw) },
});

/** The categories; once something is typed, entities of all of them. */
export const owners: FilterSearch = async (text, signal) => {
  const fitting = categoryList.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()));
  const all = fitting.map(({ name, label }) => ({
    value: name,
    label: `All ${label.toLowerCase()}`,
    icon: categoryIcons[name],
  }));
  if (text === '') return all;
  const { groups } = await api.search.query(text, { type: 'resources', limit: 6 }, { signal });
  return [...groups.flatMap(({ items }) => items.map(({ card }) => cardOption(card))), ...all];
};

export const checkpointFiles: FilterSearch = async (text, signal) => {
  const typed = text.toLowerCase();
  const cards = checkpoints.list.filter(
    ({ name, id }) => name.toLowerCase().includes(typed) || id.toLowerCase().includes(typed),
  );
  const known = new Set(checkpoints.list.map(({ id }) => id));
  const files = await api.models.list({ kind: 'checkpoint', q: text || undefined, limit: most }, { signal });
  return [
    ...cards.map((card) => ({
      value: card.id,
      label: card.name,
      thumb: { url: card.cover?.thumb_url ?? null, veiled: settings.veils(card.is_nsfw) },
    })),
    ...files.items
      .filter(({ name }) => !known.has(name))
      .map(({ name }) => ({ value: name, label: fileName(name) })),
  ];
};

export const loraFiles: FilterSearch = async (text, signal) => {
  const { items } = await api.models.list({ kind: 'lora', q: text || undefined, limit: 40 }, { signal });
  // those that made pictures first
  const sorted = items.toSorted((a, b) => b.images - a.images);
  return sorted.map(({ name, images, categories }) => ({
    value: name,
    label: fileName(name),
    end: images > 0 ? images.toLocaleString('en') : (categories[0] ?? ''),
  }));
};

export const hostNames: FilterSearch = (text) =>
  Promise.resolve(
    hosts.list
      .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
      .map(({ name, state }) => ({ value: name, label: name, end: state === 'up' ? '' : state })),
  );

export const ratings: FilterSearch = (text) =>
  Promise.resolve(
    [5, 4, 3, 2, 1]
      .map((stars) => ({
        value: String(stars),
        label: stars === 5 ? '5 stars' : `${stars} ${stars === 1 ? 'star' : 'stars'} and more`,
      }))
      .filter(({ label }) => label.includes(text)),
  );

/** Danbooru tags for the last word, after the words before it. */
export const promptWords: FilterSearch = async (text, signal) => {
  const [, before = '', word = ''] = /^(.*,\s*|.*\s)?([^\s,]+)$/.exec(text) ?? [];
  if (word.length < 2) return [];
  const { tags } = await api.tags.suggest(word, { limit: 8 }, { signal });
  return tags.map(({ name }) => {
    const words = name.replaceAll('_', ' ');
    return { value: `${before}${words}`, label: words };
  });
};
