import process from 'node:process';
import { defineConfig } from 'vitest/config';

// A folder says what its tests need: unit nothing, integration and conformance a real embedded PostgreSQL and
// DuckDB (started once per run), e2e and faults the command itself as a child process.
// Real servers on a shared machine: in CI a test of theirs may be tried once more, and the report says which was.
const retry = process.env['CI'] === 'true' ? 1 : 0;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Seconds on a machine that does nothing else; importing the engine alone takes four on a busy one.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,conformance,differential}/**/*.test.ts'],
          globalSetup: ['test/support/postgres-global-setup.ts'],
          retry,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/{e2e,faults}/**/*.test.ts'],
          retry,
          testTimeout: 900_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
