export { startComfyStandIn } from './stand-in.ts';
export type { StandIn } from './stand-in.ts';
export type { Packs, PictureStyle, Profile, Separators, StandInOptions } from './options.ts';
export { Fault } from './faults/fault.ts';
export type { FaultKind } from './faults/fault.ts';
export type { Faults } from './faults/faults.ts';
export type { EventLog, Happening, LogEntry } from './log/event-log.ts';
export { sampleModels, writeFakeModels } from './models/fake-models.ts';
export type { FakeModels } from './models/fake-models.ts';
