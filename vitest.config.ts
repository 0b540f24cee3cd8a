import { defineConfig } from 'vitest/config';

/**
 * One run for every package. Two projects, because the pure packages may run side by side at full
 * speed while a test file that starts its own PostgreSQL and nats-server wants the machine to itself.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'libs/{contracts,domain,media,client,runtime}/test/**/*.test.ts',
            'tools/*/test/**/*.test.ts',
            'services/*/test/unit/**/*.test.ts',
            'tests/architecture/**/*.test.ts',
            'scripts/test/**/*.test.ts',
            'apps/web/src/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: [
            'services/*/test/stack/**/*.test.ts',
            'libs/testing/test/**/*.test.ts',
            'tests/stack/**/*.test.ts',
            'tests/faults/**/*.test.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
