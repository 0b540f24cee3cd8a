import type { Client } from '@gaze/client';
import type { CategoryName } from '@gaze/contracts';
import { categoryList } from '@gaze/contracts';
import { readAll } from '@gaze/media';
import type { TestStack } from '@gaze/testing';
import { clientOf, ended } from '../stack/ask.ts';

/** Things that are really there, by what an address or a body calls them. */
export interface Known {
  slugs: Record<string, string[]>;
  /** By the word before the id in an address: jobs, images, … */
  ids: Record<string, string[]>;
  images: { id: string; key: string; sha256: string }[];
  revisions: string[];
  picture: Buffer;
}

/** Fills a fresh house with one of everything that an address can name. */
export async function prepare(stack: TestStack): Promise<Known> {
  const client = clientOf(stack);
  const slugs: Record<string, string[]> = {};
  for (const { name } of categoryList)
    slugs[name] = (await client.library.list(name, { limit: 100 })).items.map(({ slug }) => slug);
  const rendered = await client.entities.generate('characters', 'elke_marrow', { count: 4 });
  const jobs = rendered.jobs.map(({ id }) => id);
  for (const id of jobs) await ended(client, id);
  const { items } = await client.images.list({ limit: 10 });
  const images = items.map(({ id, key, thumb_url }) => ({
    id,
    key,
    sha256: /thumbs\/([0-9a-f]+)\//.exec(thumb_url)?.[1] ?? '',
  }));
  const draft = await client.drafts.propose('characters', 'elke_marrow', {
    patch: { identity: { eyes: 'amber eyes' } },
  });
  await client.editing.patch('characters', 'elke_marrow', { identity: { hair: 'auburn hair' } });
  const revisions = await client.editing.revisions('characters', 'elke_marrow');
  const { key } = await client.keys.create({ name: 'to be revoked', scopes: ['read'] });
  const { webhook } = await client.webhooks.create({ url: 'http://127.0.0.1:1/hook' });
  const { hosts } = await client.hosts.list();
  return {
    slugs,
    ids: {
      jobs,
      job: jobs,
      queue: jobs,
      batches: [rendered.batch_id],
      images: images.map(({ id }) => id),
      drafts: [draft.id],
      keys: [key.id],
      webhooks: [webhook.id],
      hosts: hosts.map(({ id }) => id),
      trash: [await thrownAway(client, 'scenes')],
    },
    images,
    revisions: revisions.items.map(({ id }) => id),
    picture: await readAll(stack.store, images[0]?.key ?? ''),
  };
}

/** An entry of its own for whoever takes entries away. */
export async function spare(client: Client, category: CategoryName): Promise<string> {
  const { entity } = await client.editing.create(category, {
    name: `Spare ${Math.random().toString(36).slice(2)}`,
  });
  return entity.slug;
}

async function thrownAway(client: Client, category: CategoryName): Promise<string> {
  const slug = await spare(client, category);
  return (await client.editing.remove(category, slug)).trash_id;
}
