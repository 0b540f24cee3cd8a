export * from './disk-store.ts';
export * from './errors.ts';
export * from './from-env.ts';
export * from './images.ts';
export * from './png.ts';
export * from './s3-store.ts';
export * from './store.ts';
