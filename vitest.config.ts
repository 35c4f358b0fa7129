import process from 'node:process';
import { defineConfig } from 'vitest/config';

// A folder says what its tests need: unit nothing, integration and conformance a real embedded PostgreSQL and
// DuckDB (started once per run), browser a Chromium, e2e and faults the command itself as a child process. Those that
// kill it at every named place in turn take longer than all others together and are a run of their own:
// `npm run test:kill`.
// Real servers on a shared machine: in CI a test of theirs may be tried once more, and the report says which was.
const retry = process.env['CI'] === 'true' ? 1 : 0;

const kills = ['test/faults/{kill,kill-later,snowflake-kill,snowflake-outage}.test.ts'];
const wholeCommand = { retry, testTimeout: 900_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // One more than the two processors of CI: many tests wait, for a process, a lease, or a driver that tries again.
    maxWorkers: 3,
    projects: [
      // Seconds on a machine that does nothing else. Files share a process: importing the engine takes longer than the tests
      // of most of them.
      {
        test: {
          name: 'unit',
          isolate: false,
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          isolate: false,
          include: ['test/{integration,conformance,differential}/**/*.test.ts'],
          globalSetup: ['test/support/postgres-global-setup.ts', 'test/support/worlds-global-setup.ts'],
          retry,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      // Pages in a real Chromium; skipped with a word where there is none.
      {
        test: {
          name: 'browser',
          isolate: false,
          include: ['test/browser/**/*.test.ts'],
          retry,
          // A page shows things when it has them.
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { ...wholeCommand, name: 'e2e', include: ['test/{e2e,faults}/**/*.test.ts'], exclude: kills } },
      { test: { ...wholeCommand, name: 'kill', include: kills } },
    ],
  },
});
