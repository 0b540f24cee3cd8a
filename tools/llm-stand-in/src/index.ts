export { startLlmStandIn } from './stand-in.ts';
export type { LlmStandIn } from './stand-in.ts';
export type { Behaviour, StandInOptions } from './options.ts';
export type { ScriptedReply } from './script.ts';
export type { LogEntry, RequestLog } from './log.ts';
