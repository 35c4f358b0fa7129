import { resolveParams } from './core/params.ts';
import { mustTask } from './must-task.ts';
import { findRunAt } from './store/queries.ts';
import { readReturned } from './store/xcom.ts';
import { testAttempt, testedRun } from './test-attempt.ts';
import type { TestedTask, TestInput } from './test-attempt.ts';

/**
 * Runs one task here and now and records nothing, as `airflow tasks test` does: whatever its upstreams did, once, no
 * run in the store, no asset events. Of a date that has a run it sees that run, and what the tasks before it returned.
 */
export async function testTask(
  input: TestInput,
  { taskId, mapIndex = -1 }: { readonly taskId: string; readonly mapIndex?: number | undefined },
): Promise<TestedTask> {
  const { control, logicalDate } = input;
  const { dagId } = input.dag.definition;
  const task = mustTask(input.dag, { taskId, mapIndex });
  resolveParams(input.dag.definition, input.conf);
  const recorded = logicalDate === undefined ? undefined : await findRunAt(control, dagId, logicalDate);
  const run = recorded ?? testedRun(input);
  const conf = { ...run.conf, ...input.conf };
  const { tested } = await testAttempt(input, {
    task,
    mapIndex,
    run: { ...run, conf },
    readReturned: async (id) => await readReturned(control, { dagId, runId: run.runId, taskId: id }),
  });
  return tested;
}
