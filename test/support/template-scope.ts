import { dag } from '../../scheduler/authoring/dag.ts';
import type { AnyDag } from '../../scheduler/authoring/definition.ts';
import type { TaskBuilder } from '../../scheduler/index.ts';
import type { RunFacts, TemplateScope } from '../../scheduler/templates/scope.ts';
import { contextOf } from './task-context.ts';

/** A scheduled run at 2026-03-02T10:00 UTC that covers the hour before. */
export const scheduledRun: RunFacts = {
  runType: 'scheduled',
  logicalDate: new Date('2026-03-02T10:00:00Z'),
  dataIntervalStart: new Date('2026-03-02T09:00:00Z'),
  dataIntervalEnd: new Date('2026-03-02T10:00:00Z'),
  runAfter: new Date('2026-03-02T10:00:00Z'),
  queuedAt: new Date('2026-03-02T10:00:01Z'),
  startDate: null,
  conf: {},
};

/** What the templates of the first task of a DAG can be about. */
export function scopeOf(
  tasks: (t: TaskBuilder<unknown>) => void = (t) => void t.task('t', { run: () => null }),
  more: Partial<TemplateScope> = {},
): TemplateScope {
  const base = { dagId: 'd', description: 'Says it.', schedule: null, owner: 'data', tags: ['x'] };
  const definition = dag({ ...base, tasks }) as AnyDag;
  const [task] = definition.tasks;
  if (task === undefined) throw new Error('a DAG without a task');
  const { run = scheduledRun } = more;
  const context = contextOf(undefined as never, {
    taskId: task.taskId,
    logicalDate: run.logicalDate,
    conf: run.conf,
  });
  return { dag: definition, file: 'd.dag.ts', run, task, context, isTest: false, ...more };
}
