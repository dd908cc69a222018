import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers.ts'],
    // Each file has processes and servers of its own, so more files than cores only make each other slow.
    maxWorkers: 2,
    // Of no use but to end what hangs: a machine that is ten times slower, or has other work, must not fail a test.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    teardownTimeout: 120_000,
    restoreMocks: true,
    allowOnly: false,
  },
});
