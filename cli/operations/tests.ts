import { z } from 'zod';
import type { ShopwaveError } from '../../lib/errors.ts';
import type { ProgressEvent } from '../../lib/progress.ts';
import { factsOf } from '../../scheduler/core/states.ts';
import type { LogLine } from '../../scheduler/executor/log-line.ts';
import type { TestedTask } from '../../scheduler/test-attempt.ts';
import type { TestedDag } from '../../scheduler/test-dag.ts';
import { cliErrors } from '../errors.ts';
import { revive } from './failure.ts';
import { instanceName } from './instance-name.ts';
import { instant } from './instant.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import type { Cell } from './operation.ts';

const asked = {
  dag: z.string(),
  conf: z.record(z.string(), z.unknown()).default({}),
  logicalDate: instant.optional(),
};

export const dagsTest = defineOperation({
  name: 'dags.test',
  input: z.object(asked),
  run: async ({ dag, ...input }, { platform, signal, onProgress }) => {
    const scheduler = await platform.scheduler();
    const tested = await scheduler.testDag(dag, {
      ...input,
      signal,
      onTask: (task) => onProgress(endOf(task)),
    });
    return rowsResult(tested.tasks.map(testedRow), {
      notes: [`the run is ${tested.state}: ${tested.reason}`],
      failure: tested.state === 'success' ? undefined : testFailure(tested),
    });
  },
});

export const tasksTest = defineOperation({
  name: 'tasks.test',
  input: z.object({ ...asked, task: z.string(), mapIndex: z.int().min(0).optional() }),
  run: async ({ dag, task, mapIndex, ...input }, { platform, signal, onProgress }) => {
    const scheduler = await platform.scheduler();
    const onLine = (line: LogLine): void => onProgress({ step: textOf(line), state: 'said' });
    const key = { dagId: dag, taskId: task, mapIndex };
    const tested = await scheduler.testTask(key, { ...input, signal, onLine });
    const { error } = tested;
    return rowsResult([testedRow(tested)], {
      failure: error === null ? undefined : failureOf(dag, { ...tested, error }),
    });
  },
});

function endOf({ taskId, mapIndex, state, error }: TestedTask): ProgressEvent {
  return {
    step: `task ${instanceName(taskId, mapIndex)}`,
    state: factsOf(state).failure ? 'failed' : 'finished',
    note: error === null ? state : `${state}: ${error.message}`,
  };
}

function testedRow({
  taskId,
  mapIndex,
  state,
  durationMs,
  result,
  reason,
}: TestedTask): Record<string, Cell> {
  return {
    task: instanceName(taskId, mapIndex),
    state,
    ms: Math.round(durationMs),
    result: toCell(result) ?? reason,
  };
}

function textOf({ at, level, message, fields }: LogLine): string {
  return [at, level.padEnd(5), message, ...(fields === undefined ? [] : [JSON.stringify(fields)])].join(' ');
}

/** The error of the task that failed, as it is: a tested DAG leaves no run whose logs could be read. */
function testFailure({ dagId, reason, tasks }: TestedDag): ShopwaveError {
  const [culprit] = tasks.flatMap((task) => (task.error === null ? [] : [{ ...task, error: task.error }]));
  if (culprit !== undefined) return failureOf(dagId, culprit);
  return cliErrors.error('CLI_RUN_FAILED', { message: `DAG ${dagId} failed: ${reason}` });
}

function failureOf(
  dagId: string,
  { taskId, error }: Pick<TestedTask, 'taskId'> & { readonly error: NonNullable<TestedTask['error']> },
): ShopwaveError {
  return revive({ ...error, where: `${dagId}.${taskId}`, retryable: false });
}
