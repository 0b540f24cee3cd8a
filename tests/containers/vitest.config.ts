import { defineConfig } from 'vitest/config';

/** Apart from `npm test`: these tests need an engine. Each step builds on the one before, so the first fault ends it. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
    bail: 1,
    reporters: ['verbose'],
  },
});
