import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { TagHit, TagSearchInput, TagSuggestInput, TagValidateInput, TagVerdict } from '@gaze/contracts';
import { z } from 'zod';
import type { TagList } from '../list/tag-list.ts';

const hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const category = 'one of general, artist, copyright, character, meta; leave it out for all';

/** Structured for programs, and the same as text for clients that read nothing else. */
function answer<T extends Record<string, unknown>>(
  structuredContent: T,
): { structuredContent: T; content: { type: 'text'; text: string }[] } {
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/** A fresh MCP server over the list: cheap, so that every HTTP request may have its own. */
export function buildMcpServer(list: TagList): McpServer {
  const server = new McpServer({ name: 'danbooru-mcp', title: 'Danbooru tags', version: '0.1.0' });
  server.registerTool(
    'search_tags',
    {
      title: 'Search tags',
      description: `Danbooru tags that begin with a word, most used first. category: ${category}.`,
      inputSchema: TagSearchInput.shape,
      outputSchema: { tags: z.array(TagHit) },
      annotations: hints,
    },
    ({ query, limit, category: only }) =>
      answer({ tags: list.index().search(query, { limit, category: only }) }),
  );
  server.registerTool(
    'validate_tags',
    {
      title: 'Validate tags',
      description:
        'Says of each tag whether it exists, is another name of one, or is unknown; unknown ones come with suggestions. Spaces and underscores are equal.',
      inputSchema: TagValidateInput.shape,
      outputSchema: { results: z.array(TagVerdict) },
      annotations: hints,
    },
    ({ tags }) => answer({ results: tags.map((tag) => list.index().validate(tag)) }),
  );
  server.registerTool(
    'suggest_tags',
    {
      title: 'Suggest tags',
      description: `Completes a tag of which only a part is known: its beginning, the beginning of a word in it, or a misspelling. category: ${category}.`,
      inputSchema: TagSuggestInput.shape,
      outputSchema: { tags: z.array(TagHit) },
      annotations: hints,
    },
    ({ partial, limit, category: only }) =>
      answer({ tags: list.index().suggest(partial, { limit, category: only }) }),
  );
  return server;
}
