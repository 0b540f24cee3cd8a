import type { ChatRequest } from '../request/chat-request.ts';
import { helpfulReply } from './helpful.ts';
import { call } from './reply.ts';
import type { Reply } from './reply.ts';
import { argumentsFor, tagsIn } from './tag-tools.ts';

/** Calls the first tool again and again; only without tools does it answer. */
export function restlessReply(request: ChatRequest): Reply {
  const tool = request.tool_choice === 'none' ? undefined : request.tools?.[0];
  if (tool === undefined) return helpfulReply(request);
  return call(tool.function.name, argumentsFor(tool, tagsIn(request.messages)));
}
