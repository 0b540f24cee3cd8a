import { z } from 'zod';
import { ApiError } from './errors.ts';

const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const part = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.literal('image_url'), image_url: z.looseObject({ url: z.string() }) }),
  z.looseObject({ type: z.literal('input_audio') }),
  z.looseObject({ type: z.literal('file') }),
  z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
]);
const content = z.union([z.string(), z.array(part).min(1)]);

const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.looseObject({ name: toolName, arguments: z.string() }),
});

const ChatMessage = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content }),
  z.looseObject({ role: z.literal('developer'), content }),
  z.looseObject({ role: z.literal('user'), content }),
  z.looseObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(ToolCall).min(1).optional(),
  }),
  z.looseObject({ role: z.literal('tool'), content, tool_call_id: z.string() }),
]);
export type ChatMessage = z.infer<typeof ChatMessage>;

const Tool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    parameters: z.looseObject({ type: z.literal('object').optional() }).optional(),
  }),
});
export type Tool = z.infer<typeof Tool>;

/** Parameters that exist; a real server refuses any other by its name. */
export const ChatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z.array(ChatMessage).min(1),
  tools: z.array(Tool).min(1).max(128).optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.looseObject({ name: toolName, schema: z.looseObject({}).optional() }),
      }),
    ])
    .optional(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.int().nullish(),
  user: z.string().optional(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
  reasoning_effort: z.string().nullish(),
  verbosity: z.string().nullish(),
  service_tier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  safety_identifier: z.string().nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/**
 * Reads a body as a chat request.
 * @throws ApiError 400 that names the first fault
 */
export function readChatRequest(body: unknown): ChatRequest {
  if (typeof body === 'object' && body !== null && !('model' in body)) {
    throw new ApiError(400, 'you must provide a model parameter');
  }
  const parsed = ChatRequest.safeParse(body);
  if (!parsed.success) throw firstFault(parsed.error);
  checkConversation(parsed.data.messages);
  checkOptions(parsed.data);
  return parsed.data;
}

function firstFault(error: z.ZodError): ApiError {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const param = [...issue.path, issue.keys[0]].join('.');
    return new ApiError(400, `Unrecognized request argument supplied: ${param}`, {
      param,
      code: 'unknown_parameter',
    });
  }
  const param = issue?.path.join('.') ?? '';
  const message = `Invalid value for '${param}': ${issue?.message ?? 'it is not right'}.`;
  return new ApiError(400, message, { param, code: 'invalid_value' });
}

/** Every tool call is answered right behind it, and nothing else answers one. */
function checkConversation(messages: readonly ChatMessage[]): void {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const param = `messages.[${index}].role`;
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) {
        const text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
        throw new ApiError(400, `Invalid parameter: ${text}`, { param });
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) throw unanswered(open, param);
    if (message.role === 'assistant') {
      open = message.tool_calls?.map((call) => call.id) ?? [];
      if (open.length === 0 && (message.content === null || message.content === undefined)) {
        const text = `Invalid value for 'content': expected a string, got null.`;
        throw new ApiError(400, text, { param: `messages.[${index}].content` });
      }
    }
  }
  if (open.length > 0) throw unanswered(open, 'messages');
}

function unanswered(ids: readonly string[], param: string): ApiError {
  const text = `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(', ')}`;
  return new ApiError(400, text, { param });
}

function checkOptions(request: ChatRequest): void {
  const { tools, tool_choice: choice, response_format: format, messages } = request;
  if (choice !== undefined && tools === undefined) {
    throw new ApiError(400, "'tool_choice' is only allowed when 'tools' are specified.", {
      param: 'tool_choice',
    });
  }
  if (
    typeof choice === 'object' &&
    tools?.some((tool) => tool.function.name === choice.function.name) !== true
  ) {
    throw new ApiError(400, `Tool choice '${choice.function.name}' not found in 'tools' parameter.`, {
      param: 'tool_choice',
    });
  }
  const said = JSON.stringify(messages).toLowerCase();
  if (format?.type === 'json_object' && !said.includes('json')) {
    const text =
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.";
    throw new ApiError(400, text, { param: 'messages' });
  }
  if (request.stream_options !== null && request.stream_options !== undefined && request.stream !== true) {
    throw new ApiError(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: 'stream_options',
    });
  }
}

/** The text of a message, parts joined. */
export function textOf(message: ChatMessage): string {
  const { content: given } = message;
  if (typeof given === 'string') return given;
  const parts = Array.isArray(given) ? given : [];
  return parts.map((one) => ('text' in one && typeof one.text === 'string' ? one.text : '')).join('\n');
}
