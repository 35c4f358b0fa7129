import { z } from 'zod';
import { schedulerErrors } from '../../scheduler/errors.ts';
import type { TaskInstance } from '../../scheduler/store/rows.ts';
import { cliErrors } from '../errors.ts';
import { instanceName } from './instance-name.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import { runOf } from './scheduling.ts';
import { taskKey } from './tasks.ts';

export const tasksLogs = defineOperation({
  name: 'tasks.logs',
  input: z.object({ ...taskKey, try: z.int().min(1).optional(), skip: z.int().min(0).default(0) }),
  run: async ({ task, mapIndex: index, try: tryNumber, skip, ...input }, { platform }) => {
    const scheduler = await platform.scheduler();
    const key = await runOf(scheduler, input);
    const lines = await scheduler
      .taskLog({ ...key, taskId: task, mapIndex: index }, tryNumber)
      .catch(async (error: unknown) => {
        const instances = await scheduler.listTaskInstances(key);
        const ofTask = instances.filter((each) => each.taskId === task);
        throw whyNoLog({ dag: input.dag, task, index }, ofTask) ?? error;
      });
    return rowsResult(
      lines
        .slice(skip)
        .map(({ at, level, message, fields }) => ({ at, level, message, fields: toCell(fields) })),
      { columns: ['at', 'level', 'message', 'fields'] },
    );
  },
});

interface AskedLog {
  readonly dag: string;
  readonly task: string;
  readonly index: number | undefined;
}

/** What is better said than that there is no log: which instances have one, or that it has not run. */
function whyNoLog(asked: AskedLog, ofTask: readonly TaskInstance[]): Error | undefined {
  const indexes = ofTask.map(({ mapIndex }) => mapIndex).filter((each) => each >= 0);
  if (asked.index === undefined && indexes.length > 0) return isMapped(asked.task, indexes);
  const found = ofTask.find(({ mapIndex }) => mapIndex === (asked.index ?? mapIndex));
  return found === undefined || hasRun(found) ? undefined : notRun(asked, found);
}

/** Nothing that is skipped by a rule, or done without an attempt, has a try; one that was cleared has no start. */
function hasRun({ tryNumber, startDate }: TaskInstance): boolean {
  return tryNumber > 0 && startDate !== null;
}

function notRun({ dag, task, index }: AskedLog, { runId, state, reason }: TaskInstance): Error {
  const because = reason === null ? '' : ` (${reason})`;
  return schedulerErrors.error('TASK_LOG_NOT_FOUND', {
    message: `it has not run: ${state ?? 'not looked at yet'}${because}`,
    where: `${dag} / ${runId} / ${instanceName(task, index)}`,
    remedy: `Ask what kept it, or keeps it, with \`shopwave tasks why ${dag} ${task}\`.`,
  });
}

function isMapped(task: string, indexes: readonly number[]): Error {
  return cliErrors.error('CLI_NOT_FOUND', {
    message: `task ${task} is mapped, and each of its instances has a log of its own`,
    remedy: `Say which one with \`--map-index\`, from ${Math.min(...indexes)} to ${Math.max(...indexes)}.`,
  });
}
