import type { Alteration } from '../../scheduler/core/alteration.ts';
import type { OperationResult } from './operation.ts';
import { rowsResult } from './operation.ts';
import { instanceName } from './instance-name.ts';

/** What a command changes, or would: a row a task instance, and one for each run that opens again. */
export function alterationResult({ tasks, runs }: Alteration, dryRun: boolean): OperationResult {
  const rows = [
    ...tasks.map(({ runId, taskId, mapIndex, from, to, why }) => {
      return {
        run: runId,
        task: instanceName(taskId, mapIndex),
        was: from ?? 'none',
        becomes: to ?? 'none',
        why,
      };
    }),
    ...runs.map(({ runId, from, to, why }) => ({ run: runId, task: null, was: from, becomes: to, why })),
  ];
  const done = dryRun ? 'a dry run, nothing was changed' : 'done';
  return rowsResult(rows, {
    columns: ['run', 'task', 'was', 'becomes', 'why'],
    notes: [`task instances: ${tasks.length}, runs: ${runs.length}; ${done}`],
  });
}
