import type { TagVerdict } from '@gaze/contracts';
import { TagVerdicts, tagsRpc } from '@gaze/contracts';
import { callRpc } from '@gaze/runtime';
import type { Log, NatsConnection } from '@gaze/runtime';
import { tagServerName } from '../mcp/config.ts';
import type { Toolbox } from '../mcp/toolbox.ts';
import type { AskTags } from '../result/check-tags.ts';

/**
 * Asks the MCP tag server, which a person may have replaced by another; else our own over the bus. Null where neither
 * answers in a form that we know.
 */
export function buildTagChecker(deps: { toolbox: Toolbox; nc: NatsConnection; log: Log }): AskTags {
  return async (tags, signal) =>
    (await overMcp(deps.toolbox, tags, signal)) ?? (await overBus(deps.nc, tags, deps.log));
}

async function overMcp(toolbox: Toolbox, tags: string[], signal: AbortSignal): Promise<TagVerdict[] | null> {
  const answer = await toolbox.ask(tagServerName, 'validate_tags', { tags }, signal);
  if (answer === null || answer.isError === true) return null;
  const parsed = TagVerdicts.safeParse(answer.structuredContent);
  return parsed.success ? parsed.data.results : null;
}

async function overBus(nc: NatsConnection, tags: string[], log: Log): Promise<TagVerdict[] | null> {
  try {
    return (await callRpc(nc, tagsRpc.validate, { tags })).results;
  } catch (error) {
    log.warn({ err: error }, 'no tag server answers; the tags of an answer go unchecked');
    return null;
  }
}
