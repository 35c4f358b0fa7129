import type { CheckResult } from '../checks/check.ts';
import type { LeftOut } from '../checks/plan.ts';
import type { NodeResult } from './run-results.ts';

/** A check that was not run, in dbt's words. */
export function leftOutNode({ check, why }: LeftOut, at: Date): NodeResult {
  return {
    uniqueId: check.uniqueId,
    status: 'skipped',
    executionTime: 0,
    message: why,
    startedAt: at,
    completedAt: at,
    threadId: 'Thread-1',
  };
}

/** A check in dbt's words. Checks share statements, so that none has a time of its own: all are `at` one moment. */
export function checkNode({ uniqueId, status, failures, message, sql }: CheckResult, at: Date): NodeResult {
  return {
    uniqueId,
    status,
    executionTime: 0,
    message,
    failures,
    compiledCode: sql,
    startedAt: at,
    completedAt: at,
    threadId: 'Thread-1',
  };
}
