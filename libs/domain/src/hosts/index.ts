export * from './assign-hosts.ts';
export * from './host-url.ts';
export * from './missing.ts';
