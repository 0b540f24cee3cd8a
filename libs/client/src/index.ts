export { ApiError } from './api-error.ts';
export { buildClient } from './client.ts';
export type { Client } from './client.ts';
export { connectEvents } from './events.ts';
export type { ConnectionState, EventConnection, EventOptions } from './events.ts';
export type { CoverageAxes, ImageFilter, JobFilter, LibraryFilter, Page } from './filters.ts';
export type { BucketFilter, ModelFilter, SearchFilter } from './pictures.ts';
export type { CallOptions, ClientOptions, EditOptions } from './request.ts';
