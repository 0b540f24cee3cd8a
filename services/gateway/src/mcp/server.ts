import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Principal } from '../auth/principal.ts';
import type { CatalogCall } from '../catalog.ts';
import type { EventHub } from '../events/hub.ts';
import type { Thumbs } from '../media/thumbs.ts';
import { libraryTools } from './library-tools.ts';
import { pictureTools } from './picture-tools.ts';

export interface McpDeps {
  call: CatalogCall;
  hub: EventHub;
  thumbs: Thumbs;
  /** Who asks: each tool holds it against what it needs. */
  principal: Principal;
  /** Under which this house was reached; addresses of pictures begin with it. */
  origin: string;
}

const instructions =
  'GAZE keeps characters, looks, outfits, actions, styles, scenes, detailers, checkpoints and presets, composes prompts from ' +
  'them and renders on ComfyUI. Find entities with list_entities, compose a recipe from their slugs, check it with ' +
  'preview_prompt, render it with generate_and_wait. Edits are proposals: a person applies them.';

/** GAZE as an MCP server, for one request of one principal. */
export function buildMcpServer(deps: McpDeps): McpServer {
  const server = new McpServer({ name: 'gaze', title: 'GAZE', version: '1' }, { instructions });
  libraryTools(server, deps);
  pictureTools(server, deps);
  return server;
}
