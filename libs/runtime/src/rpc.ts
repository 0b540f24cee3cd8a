import { setTimeout as wait } from 'node:timers/promises';
import type { RpcContract } from '@gaze/contracts';
import { WireError } from '@gaze/contracts';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { NoRespondersError, RequestError, TimeoutError } from '@nats-io/transport-node';
import { z } from 'zod';
import { GazeError, fromWireError, toWireError } from './errors.ts';
import type { Log } from './log.ts';
import { rpcCallSeconds, rpcSeconds } from './metrics.ts';

/** NATS takes a megabyte; lists page well below it. */
const maxBytes = 900_000;
const version = 1;

/** The envelope carries its version; keys that a reader does not know are dropped. */
const Request = z.object({ v: z.number(), body: z.unknown() });
const Reply = z.union([
  z.object({ v: z.number(), error: WireError }),
  z.object({ v: z.number(), body: z.unknown() }),
]);

export interface RpcServer {
  /** Takes no further question and waits for the answers that are under way. */
  stop: () => Promise<void>;
}

/**
 * Answers a question of the bus. Questions run side by side; replicas of one service share them.
 * What the handler throws crosses the wire as a typed error; what has no code is logged here in full and sent as `internal`.
 */
export function serveRpc<I extends z.ZodType, O extends z.ZodType>(
  nc: NatsConnection,
  contract: RpcContract<I, O>,
  handler: (input: z.output<I>) => Promise<z.input<O>>,
  options: { log: Log; queue?: string },
): RpcServer {
  const underWay = new Set<Promise<void>>();
  const subscription = nc.subscribe(contract.subject, {
    queue: options.queue ?? 'rpc',
    callback: (error, message) => {
      if (error !== null) return;
      const answer = reply(message).finally(() => underWay.delete(answer));
      underWay.add(answer);
    },
  });

  async function reply(message: Msg): Promise<void> {
    const began = performance.now();
    let outcome = 'ok';
    let text: string;
    try {
      text = encode({ v: version, body: contract.output.parse(await handler(readInput(message))) });
    } catch (error) {
      const wire = toWireError(error);
      outcome = wire.code;
      if (wire.code === 'internal')
        options.log.error({ err: error, subject: contract.subject }, 'a question of the bus failed');
      text = JSON.stringify({ v: version, error: wire });
    }
    rpcSeconds.observe({ subject: contract.subject, outcome }, (performance.now() - began) / 1000);
    message.respond(text);
  }

  function readInput(message: Msg): z.output<I> {
    const request = Request.safeParse(parseJson(message.string()));
    if (!request.success)
      throw new GazeError(
        'malformed_request',
        `The question ${contract.subject} is not in the form of this version.`,
      );
    const input = contract.input.safeParse(request.data.body);
    if (input.success) return input.data;
    const issue = input.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new GazeError('invalid_input', `«${field}»: ${issue?.message ?? 'not valid'}.`, { field });
  }

  return {
    async stop() {
      await subscription.drain().catch(() => undefined);
      await Promise.all(underWay);
    },
  };
}

export interface CallOptions {
  deadlineSeconds?: number;
  /** Goes on asking for this long while nobody answers: for callers that may wait through a restart. */
  retryWhileUnavailableSeconds?: number;
  signal?: AbortSignal;
}

/**
 * Asks a question of the bus.
 * @throws GazeError: the one that the handler threw, or `unavailable` where nobody answered in time
 */
export async function callRpc<I extends z.ZodType, O extends z.ZodType>(
  nc: NatsConnection,
  contract: RpcContract<I, O>,
  input: z.input<I>,
  options: CallOptions = {},
): Promise<z.output<O>> {
  const payload = encode({ v: version, body: input });
  const { subject } = contract;
  const until = performance.now() + (options.retryWhileUnavailableSeconds ?? 0) * 1000;
  for (;;) {
    options.signal?.throwIfAborted();
    const began = performance.now();
    const asked = (outcome: string): void =>
      rpcCallSeconds.observe({ subject, outcome }, (performance.now() - began) / 1000);
    try {
      const answer = await ask(nc, contract, payload, options.deadlineSeconds ?? contract.deadlineSeconds);
      asked('ok');
      return answer;
    } catch (error) {
      asked(error instanceof GazeError ? error.code : 'internal');
      if (!(error instanceof GazeError) || error.code !== 'unavailable' || performance.now() >= until)
        throw error;
      await wait(250, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

async function ask<O extends z.ZodType>(
  nc: NatsConnection,
  contract: RpcContract<z.ZodType, O>,
  payload: string,
  deadlineSeconds: number,
): Promise<z.output<O>> {
  let message: Msg;
  try {
    message = await nc.request(contract.subject, payload, { timeout: deadlineSeconds * 1000 });
  } catch (error) {
    throw unanswered(contract.subject, deadlineSeconds, error);
  }
  const reply = Reply.safeParse(parseJson(message.string()));
  if (!reply.success)
    throw new GazeError('internal', `The answer to ${contract.subject} is not in the form of this version.`);
  if ('error' in reply.data) throw fromWireError(reply.data.error);
  return contract.output.parse(reply.data.body);
}

function unanswered(subject: string, seconds: number, error: unknown): GazeError {
  const nobody =
    error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
  const why = nobody
    ? 'nobody is there to answer'
    : error instanceof TimeoutError
      ? `no answer within ${seconds} s`
      : 'the bus cannot be reached';
  return new GazeError(
    'unavailable',
    `A part of GAZE does not answer (${subject.replace(/^gaze\.(rpc\.)?/, '')}: ${why}).`,
    { cause: error },
  );
}

function encode(envelope: unknown): string {
  const text = JSON.stringify(envelope);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    throw new GazeError(
      'payload_too_large',
      `A message of ${bytes} bytes is too large for the bus; ask for less at once.`,
    );
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
