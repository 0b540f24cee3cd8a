export { freePort } from '../../../scripts/launcher/ports.ts';
export * from './database.ts';
export * from './environment.ts';
export * from './eventually.ts';
export * from './log.ts';
export * from './nats.ts';
export * from './postgres.ts';
export * from './temp-dir.ts';
export * from './verifies.ts';
