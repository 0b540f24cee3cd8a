import {
  CategoryName,
  NsfwFilter,
  Recipe,
  Slug,
  catalogRpc,
  categoryList,
  llmJobsRpc,
} from '@gaze/contracts';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { answer, attempt, need } from './answers.ts';
import type { McpDeps } from './server.ts';

const looks = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const Category = CategoryName.describe(`One of ${categoryList.map(({ name }) => name).join(', ')}.`);
const Entity = { category: Category, slug: Slug.describe('The slug, as list_entities tells it.') };

/** Tools that read the library and propose changes to it. */
export function libraryTools(server: McpServer, { call, principal }: McpDeps): void {
  server.registerTool(
    'list_entities',
    {
      title: 'List entities',
      description:
        'Characters, looks, outfits, actions, styles, scenes, detailers, checkpoints or presets of the library, favourites first.',
      inputSchema: {
        category: Category,
        q: z.string().max(200).optional().describe('Words of the name.'),
        favourite: z.boolean().optional(),
        nsfw: NsfwFilter.default('all'),
        cursor: z.string().max(500).optional().describe('next_cursor of the page before.'),
        limit: z.number().int().min(1).max(100).default(30),
      },
      annotations: looks,
    },
    (query) =>
      attempt(async () => {
        need(principal, 'read');
        const { items, next_cursor } = await call(catalogRpc.libraryList, { ...query, tags: [] });
        const entities = items.map(({ slug, id, name, subtitle, is_favourite, is_nsfw, problem }) => ({
          ...{ slug, id, name, subtitle, is_favourite, is_nsfw },
          ...(problem === null ? {} : { problem }),
        }));
        return answer({ entities, next_cursor });
      }),
  );

  server.registerTool(
    'read_entity',
    {
      title: 'Read an entity',
      description:
        'All fields of one entity as its JSON file has them, and how many pictures there are of it.',
      inputSchema: Entity,
      annotations: looks,
    },
    (which) =>
      attempt(async () => {
        need(principal, 'read');
        const detail = await call(catalogRpc.entityGet, which);
        const { category, slug, id, name, is_nsfw, data, revision, active_outfit, image_count } = detail;
        return answer({ category, slug, id, name, is_nsfw, data, revision, active_outfit, image_count });
      }),
  );

  server.registerTool(
    'preview_prompt',
    {
      title: 'Preview a prompt',
      description:
        'The prompts that a recipe would render with, and notes on it, without rendering. A recipe names its parts by slug: ' +
        '{"parts": {"characters": [{"slug": "…"}], "outfits": [{"slug": "…"}]}, "extra_positive": "…"}; `__random__` draws one.',
      inputSchema: { recipe: Recipe },
      annotations: looks,
    },
    ({ recipe }) =>
      attempt(async () => {
        need(principal, 'read');
        return answer(await call(catalogRpc.previewPrompt, { recipe }));
      }),
  );

  server.registerTool(
    'propose_edit',
    {
      title: 'Propose an edit',
      description:
        'Proposes changed fields of an entity. Nothing changes until a person has looked at it and applied it.',
      inputSchema: {
        ...Entity,
        patch: z
          .record(z.string(), z.unknown())
          .describe('Only the fields that change, nested as read_entity shows them.'),
        note: z.string().max(500).default('').describe('Why, for the person who decides.'),
      },
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    ({ category, slug, patch, note }) =>
      attempt(async () => {
        need(principal, 'write');
        const draft = await call(llmJobsRpc.propose, { category, slug, patch, note, by: principal.name });
        const { id, state, changes } = draft;
        return answer({ draft: { id, state, changes }, waits_for: 'A person has to apply it.' });
      }),
  );
}
