import type { NodeResult } from '../../../transforms/engine/artifacts/run-results.ts';
import { runUnitTests } from '../../../transforms/engine/checks/unit-test.ts';
import type { UnitTestResult } from '../../../transforms/engine/checks/unit-test.ts';
import { cliErrors } from '../../errors.ts';
import type { TransformCommand } from './command.ts';

/** Runs the selected unit tests on an empty DuckDB in memory; the platform's warehouse is not asked. */
export async function runSelectedUnitTests({
  project,
  selected,
}: TransformCommand): Promise<UnitTestResult[]> {
  const tests = project.unitTests.filter(({ uniqueId }) => selected.ids.has(uniqueId));
  return await runUnitTests({
    project,
    tests,
    openScratch: async () => {
      const { openDuckdbWarehouse } = await import('../../../warehouse/duckdb/open.ts');
      return await openDuckdbWarehouse({ path: ':memory:' });
    },
  });
}

/** A unit test's outcome, for run_results.json. */
export function unitTestNode(
  { uniqueId, status, message, sql, milliseconds }: UnitTestResult,
  now: Date,
): NodeResult {
  return {
    uniqueId,
    status,
    executionTime: milliseconds / 1000,
    message,
    failures: status === 'pass' ? 0 : 1,
    compiledCode: sql,
    startedAt: new Date(now.getTime() - milliseconds),
    completedAt: now,
    threadId: 'Thread-1',
  };
}

/** The error of the first failed one; undefined where all passed. */
export function unitTestFailure(results: readonly UnitTestResult[]): Error | undefined {
  const failed = results.filter(({ status }) => status !== 'pass');
  const [first] = failed;
  if (first === undefined) return undefined;
  const each = failed.map(({ model, name, message }) => `${model}, ${name}: ${message ?? ''}`);
  return cliErrors.error('CLI_UNIT_TEST_FAILED', {
    message: `${failed.length} of ${results.length} unit tests failed\n${each.join('\n')}`,
    where: `unit test ${first.name} of ${first.model}`,
  });
}
