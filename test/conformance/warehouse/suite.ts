import { describe } from 'vitest';
import { endingTests } from './endings.ts';
import { loadTests } from './loads.ts';
import { publishingTests } from './publishing.ts';
import { statementTests } from './statements.ts';
import { transactionTests } from './transactions.ts';
import { testsOf } from './under-test.ts';
import type { Bench } from './under-test.ts';

const parts = {
  statements: statementTests,
  transactions: transactionTests,
  endings: endingTests,
  loads: loadTests,
  publishing: publishingTests,
} as const;

/** What every warehouse promises, whatever it is made of. */
export function describeWarehouse(name: string, bench: Bench): void {
  describe(`${name} as a warehouse`, () => {
    for (const [part, declare] of Object.entries(parts)) describe(part, () => declare(testsOf(bench)));
  });
}
