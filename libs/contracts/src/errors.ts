import { z } from 'zod';

/**
 * The closed set of error codes. One row says all that any layer needs: the HTTP status that the gateway
 * answers with, and what the person can do when the error itself does not say it better.
 */
export const errorCodes = {
  invalid_input: {
    status: 422,
    title: 'The request is not valid',
    hint: 'Correct the named field and send it again.',
  },
  malformed_request: {
    status: 400,
    title: 'The request cannot be read',
    hint: 'Check the address and the form of the request; /api/docs has examples.',
  },
  unauthorized: {
    status: 401,
    title: 'You are not signed in',
    hint: 'Open the address that GAZE printed at start, or send an API key.',
  },
  forbidden: { status: 403, title: 'This is not allowed', hint: 'Use a key that has the needed scope.' },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    hint: 'Check the address; it may have been renamed or deleted.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not take that method',
    hint: 'See /api/docs.',
  },
  conflict: { status: 409, title: 'It changed meanwhile', hint: 'Load it again and repeat the change.' },
  payload_too_large: { status: 413, title: 'The request is too large', hint: 'Send less at once.' },
  unsupported_media_type: {
    status: 415,
    title: 'This content type is not taken',
    hint: 'Send application/json.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    hint: 'Wait for the time that Retry-After names.',
  },
  no_choice: {
    status: 422,
    title: 'There is nothing to choose from',
    hint: 'Widen the filter or name an entry.',
  },
  data_error: { status: 422, title: 'A data file has a fault', hint: 'Correct the named file and rescan.' },
  no_host_has_file: {
    status: 422,
    title: 'No host has a needed file',
    hint: 'Copy the file to a ComfyUI host or choose another.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'This Idempotency-Key belongs to another request',
    hint: 'Use a new key for a new request.',
  },
  image_invalid: {
    status: 422,
    title: 'The picture cannot be used',
    hint: 'Send a PNG, JPEG or WebP picture.',
  },
  workflow_refused: {
    status: 422,
    title: 'ComfyUI refused the workflow',
    hint: 'See the named node; the host may lack a file or a node pack.',
  },
  host_failed: {
    status: 502,
    title: 'The ComfyUI host failed',
    hint: 'Look at the host; GAZE tries another one by itself.',
  },
  llm_not_configured: {
    status: 503,
    title: 'No language model is set up',
    hint: 'Choose one in Settings, or set LLM_BASE_URL and LLM_MODEL.',
  },
  llm_failed: {
    status: 502,
    title: 'The language model failed',
    hint: 'See the transcript of the job; another model may do better.',
  },
  storage_full: {
    status: 507,
    title: 'The disk is full',
    hint: 'Free some space; the queue goes on by itself.',
  },
  storage_failed: {
    status: 503,
    title: 'The picture store does not answer',
    hint: 'Check the disk or the S3 server.',
  },
  unavailable: { status: 503, title: 'A part of GAZE does not answer', hint: 'Try again in a moment.' },
  superseded: { status: 409, title: 'A newer try has taken over', hint: 'Nothing to do.' },
  internal: {
    status: 500,
    title: 'Something went wrong inside GAZE',
    hint: 'See the log; please report it.',
  },
} as const satisfies Record<string, { status: number; title: string; hint: string }>;

export type ErrorCode = keyof typeof errorCodes;

export const ErrorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** An error as it crosses the bus. `message` is a sentence for a person; `field` is a dotted path or JSON pointer. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  field: z.string().optional(),
  file: z.string().optional(),
  hint: z.string().optional(),
  details: z.unknown().optional(),
});
export type WireError = z.infer<typeof WireError>;

/** RFC 9457 problem document; the kept endpoints of the original add `error` beside it. */
export const Problem = z
  .object({
    type: z.string().meta({ example: 'https://gaze.local/errors/not_found' }),
    title: z.string(),
    status: z.number().int(),
    code: ErrorCode,
    detail: z.string(),
    hint: z.string().optional(),
    field: z.string().optional(),
    file: z.string().optional(),
    error: z.string().optional(),
    request_id: z.string().optional(),
    details: z.unknown().optional(),
  })
  .meta({ id: 'Problem', description: 'What failed, where, and what to do.' });
export type Problem = z.infer<typeof Problem>;
