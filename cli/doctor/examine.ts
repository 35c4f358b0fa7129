import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { problem } from './check.ts';
import type { Check, Finding, Surroundings } from './check.ts';
import { machineChecks } from './machine-checks.ts';
import { nativeChecks } from './native-checks.ts';

/** Runs every check; a check that throws has found a problem. */
export async function examine(surroundings: Surroundings): Promise<OperationResult> {
  const checks = [...machineChecks, ...nativeChecks];
  const findings = await Promise.all(checks.map((check) => find(check, surroundings)));
  const rows = checks.map((check, index) => ({ check: check.name, ...(findings[index] ?? problem('', '')) }));
  const problems = rows.filter((row) => row.status === 'problem').length;
  return rowsResult(rows, {
    columns: ['check', 'status', 'found', 'fix'],
    failure:
      problems === 0
        ? undefined
        : cliErrors.error('CLI_MACHINE_UNFIT', {
            message: `${problems} of ${rows.length} checks found a problem`,
          }),
  });
}

async function find(check: Check, surroundings: Surroundings): Promise<Finding> {
  try {
    return await check.run(surroundings);
  } catch (error) {
    return problem(messageOf(error), error instanceof ShopwaveError ? error.remedy : 'Run `npm ci` again.');
  }
}
