import type { AttemptOutcome } from '../../core/outcome.ts';
import type { StartedAttempt } from '../../store/attempts.ts';
import { latestSuccess, previousSuccess } from '../../store/queries.ts';
import { readReturned } from '../../store/xcom.ts';
import type { RecordedFields } from '../../templates/renderer.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import type { WorkInput } from '../perform.ts';
import { callScheduler, createSchedulerAccess } from '../scheduler-access.ts';
import type { OpenTaskLog } from '../task-log.ts';
import type { Children } from './children.ts';
import { runInChild } from './run-in-child.ts';

/** Has the work done in a process of its own, which has no connection to the store: it asks this one. */
export function performApart(
  options: ExecutorOptions & { readonly children: Children },
  { run }: StartedAttempt,
  log: OpenTaskLog,
  record: (fields: RecordedFields) => Promise<void>,
): (input: WorkInput) => Promise<AttemptOutcome> {
  return async ({ task, context, waitingSince, isLatest }) => {
    const { dagId, runId, taskId, mapIndex, tryNumber, signal } = context;
    const file = options.dags.get(dagId)?.dag.file ?? '';
    const key = { dagId, runId, taskId, mapIndex };
    return await runInChild({
      child: options.children.take(task.memoryLimitMb),
      job: { file, key, tryNumber, run, waitingSince, isLatest: isLatest() },
      task,
      log,
      signal,
      abortGraceMs: options.abortGraceMs,
      answer: async (question) => {
        switch (question.kind) {
          case 'xcom':
            return await readReturned(options.control, { ...key, taskId: question.taskId });
          case 'record_rendered':
            return await record(question.fields);
          case 'connection':
            return await options.secrets.getConnection(question.connId);
          case 'variable':
            return await options.secrets.getVariable(question.key);
          case 'latest_success':
            return await latestSuccess(options.control, question.dagId);
          case 'previous_success':
            return await previousSuccess(options.control, run);
          case 'scheduler':
            return await callScheduler(createSchedulerAccess(options), question.call);
        }
      },
    });
  };
}
