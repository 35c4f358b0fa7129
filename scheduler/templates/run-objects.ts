import { argumentError, bound, itemsOf, Namespace, shownText } from '../../lib/jinja/host.ts';
import type { Makers } from '../../lib/jinja/host.ts';
import { LazyNames } from '../../lib/jinja/host.ts';
import { Dict, JinjaList, toValue, Undefined } from '../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../lib/jinja/values.ts';
import type { TemplateScope } from './scope.ts';
import { runTime } from './run-time.ts';

/** A value of ours as templates see it; times at any depth become times of Python. */
export function templateValue(value: unknown): Value {
  if (value instanceof Date) return runTime(value);
  if (Array.isArray(value)) return new JinjaList(value.map(templateValue));
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return new Dict(Object.entries(value).map(([key, item]) => [key, templateValue(item)]));
  return toValue(value);
}

function objectOf(typeName: string, makers: Makers<TemplateScope>): (scope: TemplateScope) => Value {
  return (scope) => {
    const names = new LazyNames(makers, scope);
    return new Namespace(typeName, (name) => names.get(name));
  };
}

/** `dag`. */
export const dagObject = objectOf('DAG', {
  dag_id: ({ dag }) => dag.dagId,
  description: ({ dag }) => dag.description ?? null,
  owner: ({ dag }) => dag.owner ?? null,
  tags: ({ dag }) => templateValue(dag.tags ?? []),
});

/** `dag_run`. */
export const dagRunObject = objectOf('DagRun', {
  dag_id: ({ context }) => context.dagId,
  run_id: ({ context }) => context.runId,
  run_type: ({ run }) => run.runType,
  conf: ({ run }) => templateValue(run.conf),
  logical_date: ({ run }) => templateValue(run.logicalDate),
  data_interval_start: ({ run }) => runTime(run.dataIntervalStart),
  data_interval_end: ({ run }) => runTime(run.dataIntervalEnd),
  run_after: ({ run }) => runTime(run.runAfter),
  queued_at: ({ run }) => runTime(run.queuedAt),
  start_date: ({ run }) => templateValue(run.startDate),
});

/** `task`. */
export const taskObject = objectOf('Task', {
  task_id: ({ task }) => task.taskId,
  description: ({ task }) => task.description,
  retries: ({ task }) => toValue(task.retryPolicy.retries),
  pool: ({ task }) => task.pool,
  priority_weight: ({ task }) => toValue(task.priorityWeight),
  trigger_rule: ({ task }) => task.triggerRule,
  upstream_task_ids: ({ task }) => toValue(new Set(task.dependsOn)),
});

/** `ti`, `task_instance`. */
export const instanceObject = objectOf('TaskInstance', {
  dag_id: ({ context }) => context.dagId,
  run_id: ({ context }) => context.runId,
  task_id: ({ context }) => context.taskId,
  map_index: ({ context }) => BigInt(context.mapIndex),
  try_number: ({ context }) => BigInt(context.tryNumber),
  max_tries: ({ task }) => BigInt(task.retryPolicy.retries),
  start_date: ({ context }) => runTime(context.waitingSince),
  xcom_pull: ({ context }) =>
    bound('xcom_pull', ['task_ids', 'dag_id', 'key', 'default'], async (values, args) => {
      const [taskIds = context.taskId, dagId = context.dagId, key = 'return_value', fallback = null] = values;
      if (dagId !== null && dagId !== context.dagId)
        throw argumentError(`values of another DAG are not kept for this run`, args);
      if (key !== 'return_value') throw argumentError('only return_value is kept of a task', args);
      const pull = async (id: Value): Promise<Value> => {
        const taskId = shownText(id);
        const value = await context.xcomPull<unknown>({ taskId, isMapped: false });
        return value === undefined ? fallback : toValue(value);
      };
      const list = typeof taskIds === 'string' ? undefined : listOf(taskIds, args);
      return list === undefined ? await pull(taskIds) : new JinjaList(await Promise.all(list.map(pull)));
    })[1],
});

function listOf(value: Value, args: CallArguments): readonly Value[] {
  const items = value instanceof Undefined ? undefined : itemsOf(value);
  if (items !== undefined) return items;
  throw argumentError('task_ids is the id of a task, or a list of them', args);
}
