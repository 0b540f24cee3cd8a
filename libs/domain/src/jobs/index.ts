export * from './explain.ts';
export * from './failures.ts';
export * from './files.ts';
export * from './needed-files.ts';
export * from './owner.ts';
export * from './place.ts';
export * from './queue.ts';
export * from './transitions.ts';
