import type { FailureClass, WireError } from '@gaze/contracts';
import { z } from 'zod';

/** Where the fault lies, for whoever looks at an address. */
export type TroubleKind = 'unreachable' | 'silent' | 'refused' | 'not_comfyui';

/** The host cannot be asked, or answers what no ComfyUI answers. Says nothing about the workflow. */
export class HostUnreachable extends Error {
  readonly reason: string;
  readonly kind: TroubleKind;
  /** The connection was never made, so that the host has seen nothing of the request. */
  readonly neverSent: boolean;
  constructor(url: string, cause: unknown, what?: string, kind: TroubleKind = kindOf(cause)) {
    const reason = what ?? describe(cause);
    super(`${url}: ${reason}`, { cause });
    this.name = 'HostUnreachable';
    this.reason = reason;
    this.kind = kind;
    this.neverSent = noConnection.has(codeOf(cause) ?? '');
  }
}

/** The host looked at the workflow and said no. */
export class HostRefusal extends Error {
  readonly type: string;
  readonly nodeErrors: Record<string, unknown>;
  /** The node that the whole workflow was refused for, where the host names one. */
  readonly node: { node_id?: string | undefined; class_type?: string | undefined };
  constructor(
    type: string,
    message: string,
    where: { nodeErrors?: Record<string, unknown>; node?: HostRefusal['node'] } = {},
  ) {
    super(message);
    this.name = 'HostRefusal';
    this.type = type;
    this.nodeErrors = where.nodeErrors ?? {};
    this.node = where.node ?? {};
  }
}

/** The prompt ran and failed, or vanished. */
export class RunFailure extends Error {
  readonly failure: FailureClass;
  readonly wire: WireError;
  constructor(failure: FailureClass, wire: WireError) {
    super(wire.message);
    this.name = 'RunFailure';
    this.failure = failure;
    this.wire = wire;
  }
}

const causes: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up right now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_SOCKET: 'the connection was cut',
};

/** Failures from before a connection stands. */
const noConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function codeOf(error: unknown): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return undefined;
}

function kindOf(cause: unknown): TroubleKind {
  if (isTimeout(cause) || codeOf(cause) === 'ETIMEDOUT') return 'silent';
  return codeOf(cause) === undefined ? 'not_comfyui' : 'unreachable';
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** `fetch` names a redirect in the cause of its error alone. */
const isRedirect = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && /redirect/.test(error.cause.message);

function describe(error: unknown): string {
  if (isTimeout(error)) return 'it does not answer';
  if (isRedirect(error)) return 'it sends its visitors to another address, where GAZE does not follow';
  const code = codeOf(error);
  if (code !== undefined) return causes[code] ?? code;
  return error instanceof Error ? error.message : 'it cannot be reached';
}

const NodeError = z.looseObject({
  class_type: z.string().default('a node'),
  errors: z
    .array(
      z.looseObject({
        type: z.string().default(''),
        message: z.string().default(''),
        details: z.string().default(''),
      }),
    )
    .default([]),
});

/**
 * A refusal in a sentence: the first node that the host names, its fault and the value.
 * `elsewhere` is true where the host lacks a file or a class that another one may have.
 */
export function explainRefusal(
  refusal: HostRefusal,
  hostName: string,
): { wire: WireError; elsewhere: boolean } {
  for (const [id, raw] of Object.entries(refusal.nodeErrors)) {
    const node = NodeError.safeParse(raw);
    const first = node.success ? node.data.errors[0] : undefined;
    if (!node.success || first === undefined) continue;
    const what = [first.message, first.details].filter(Boolean).join(': ');
    const input = first.details.split(/[:,\s]/)[0] ?? '';
    return {
      wire: {
        code: 'workflow_refused',
        message: `${hostName} refused the workflow at node ${id} (${node.data.class_type}): ${what}.`,
        field: `${id}.${input}`,
        details: refusal.nodeErrors,
      },
      elsewhere: first.type === 'value_not_in_list' && isHostList(input),
    };
  }
  const { node_id: id, class_type: name } = refusal.node;
  const at = id === undefined ? '' : ` at node ${id}${name === undefined ? '' : ` (${name})`}`;
  return {
    wire: {
      code: 'workflow_refused',
      message: `${hostName} refused the workflow${at}: ${(refusal.message || refusal.type).replace(/\.$/, '')}.`,
      ...(id === undefined ? {} : { field: id }),
    },
    elsewhere: refusal.type === 'missing_node_type' || refusal.type === 'invalid_prompt',
  };
}

/** Inputs whose choices differ from host to host: names of files, samplers and schedulers. */
function isHostList(input: string): boolean {
  return /(^|_)name\d*$/.test(input) || input === 'scheduler';
}
