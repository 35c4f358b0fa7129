import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: 2,
    include: [
      'test/integration/ingest/{capture,preflight,recovery,resync,slot-creation,snapshot}.test.ts',
      'test/oracles/postgres15/*.test.ts',
    ],
    globalSetup: ['test/oracles/postgres15/global-setup.ts'],
    testTimeout: 150_000,
    hookTimeout: 60_000,
  },
});
