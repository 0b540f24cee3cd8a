import { z } from 'zod';

/** How often the fault happens before it is spent. */
const times = z.union([z.int().positive(), z.literal('always')]);
const once = times.default(1);
/** A path such as `/prompt`, as a prefix and without `/api`; absent = every route. */
const route = z.string().optional();

export const Fault = z.discriminatedUnion('kind', [
  /** The next node (of that class, at that step of it) raises. */
  z.strictObject({
    kind: z.literal('execution_error'),
    node: z.string().optional(),
    atStep: z.int().positive().optional(),
    exceptionType: z.string().default('RuntimeError'),
    message: z.string().default('a tensor has the wrong size'),
    times: once,
  }),
  /** Sampling runs out of video memory; every model is unloaded and the queue goes on. */
  z.strictObject({
    kind: z.literal('out_of_memory'),
    node: z.string().optional(),
    atStep: z.int().positive().optional(),
    times: once,
  }),
  /** Loading the next checkpoint takes that much longer. */
  z.strictObject({ kind: z.literal('slow_load'), ms: z.number().nonnegative(), times: once }),
  /** Every socket is cut, at the next step or at that step. */
  z.strictObject({ kind: z.literal('drop_sockets'), atStep: z.int().positive().optional(), times: once }),
  /** A request is answered with a bare status instead of being handled. */
  z.strictObject({
    kind: z.literal('http'),
    status: z.int().min(400).max(599),
    route,
    method: z.string().optional(),
    times: once,
  }),
  /** The connection of a request ends without an answer: before it was handled, or after. */
  z.strictObject({
    kind: z.literal('connection'),
    when: z.enum(['before', 'after']),
    route,
    method: z.string().optional(),
    times: once,
  }),
  /** The prompt is queued and answered 200, with node errors beside the number. */
  z.strictObject({ kind: z.literal('node_errors'), times: once }),
  /** A picture is cut in half: on its way (the connection breaks), or on disk (it arrives whole and is broken). */
  z.strictObject({
    kind: z.literal('truncated_image'),
    how: z.enum(['connection', 'file']).default('connection'),
    times: once,
  }),
  /** Nothing moves until the fault is cleared: requests get no answer, or the running prompt takes no further step. */
  z.strictObject({
    kind: z.literal('hang'),
    where: z.enum(['http', 'execution']),
    times: times.default('always'),
  }),
  /** The history entry appears that much after `execution_success`. */
  z.strictObject({ kind: z.literal('late_history'), ms: z.number().nonnegative(), times: once }),
]);
export type Fault = z.input<typeof Fault>;
export type FaultKind = Fault['kind'];
export type SetFault = z.output<typeof Fault>;
export type FaultOf<K extends FaultKind> = Extract<SetFault, { kind: K }>;
