import type { CheckResult } from '../checks/check.ts';
import type { NodeResult } from './run-results.ts';

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
