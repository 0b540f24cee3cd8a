export * from './assign-hosts.ts';
export * from './host-url.ts';
