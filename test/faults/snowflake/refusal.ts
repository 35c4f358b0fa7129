import { expect } from 'vitest';
import { snowflakeErrors } from '../../../warehouse/snowflake/errors.ts';
import { warehouseErrors } from '../../../warehouse/errors.ts';
import type { Finished } from '../../support/command.ts';

const kinds = new Map(Object.entries({ ...warehouseErrors.kinds, ...snowflakeErrors.kinds }));

/** Codes of the warehouse's errors that a command has ended with. */
export function refusalsOf({ stderr }: Finished): string[] {
  return [...new Set([...stderr.matchAll(/\bWAREHOUSE_[A-Z_]+\b/g)].map(([code]) => code))];
}

/** It ended with a typed error of the warehouse's that is worth another try. */
export function mustBeRetryable(finished: Finished): void {
  expect(finished.code, finished.stderr).toBe(1);
  const refusals = refusalsOf(finished);
  expect(refusals, finished.stderr).not.toEqual([]);
  for (const code of refusals) expect(kinds.get(code)?.retryable, `${code}:\n${finished.stderr}`).toBe(true);
}
