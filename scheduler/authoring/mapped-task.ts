import { maxMapLength } from '../core/mapping.ts';
import { schedulerErrors } from '../errors.ts';
import type { MapArgument, Mapping, TaskWork } from './definition.ts';
import { templatesOf } from './resolve-task.ts';
import type { MappedTask } from './task.ts';
import type { Rendered, TemplateFields } from './template-fields.ts';

type MappedWork<Services> = Extract<TaskWork<Services>, { readonly kind: 'mapped' }>;

/** The one place where the names and types of mapped values are taken on trust: the compiler compared them in `expand`. */
export function mappedWork<Services, Args, Output, Fields extends TemplateFields>(
  task: MappedTask<Services, Args, Output, Fields>,
  mapping: Mapping,
): MappedWork<Services> {
  const run: MappedWork<Services>['run'] = (context, mapped, fields) =>
    task.run(context, mapped as Args, fields as Rendered<Fields>);
  return { kind: 'mapped', run, ...mapping, ...templatesOf(task) };
}

/** Tasks whose values something is mapped over. */
export function sourcesOf({ over }: Mapping): readonly string[] {
  return over.flatMap((each) => (each.kind === 'xcom' ? [each.from] : []));
}

/** What `expand` was given, by argument in the order written; a file that no compiler has seen may give anything. */
export function mapArguments(taskId: string, over: object): readonly MapArgument[] {
  const all = Object.entries(over).map(([name, value]: [string, unknown]) =>
    mapArgument(taskId, name, value),
  );
  if (all.length === 0) throw refusal(taskId, 'expand() names nothing to map over');
  const lists = all.flatMap((each) => (each.kind === 'list' ? [each.values.length] : []));
  const length = lists.reduce((product, each) => product * each, 1);
  if (length <= maxMapLength) return all;
  throw refusal(taskId, `it is mapped over ${length} combinations, more than ${maxMapLength}`);
}

/** The one list that `expandKwargs` was given. */
export function kwargsArgument(taskId: string, list: unknown): MapArgument {
  const argument = mapArgument(taskId, 'expandKwargs', list);
  if (argument.kind === 'xcom') return argument;
  const { values } = argument;
  if (!values.every(isKwargs))
    throw refusal(taskId, 'expandKwargs() got a list of other things than objects of arguments');
  if (values.length <= maxMapLength) return argument;
  throw refusal(taskId, `it is mapped over ${values.length} objects, more than ${maxMapLength}`);
}

/** Whether a value can hold the arguments of an instance. */
export function isKwargs(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapArgument(taskId: string, name: string, value: unknown): MapArgument {
  if (Array.isArray(value)) return { kind: 'list', name, values: value };
  if (typeof value === 'object' && value !== null && 'taskId' in value && typeof value.taskId === 'string') {
    return { kind: 'xcom', name, from: value.taskId };
  }
  throw refusal(taskId, `expand() got ${name}, which is neither a list nor a task that returns one`);
}

function refusal(taskId: string, message: string): Error {
  return schedulerErrors.error('DAG_ARGUMENT_INVALID', { message: `task ${taskId}: ${message}` });
}

/** A partial() without expand() would leave its task out in silence. */
export function refuseUnexpanded(dagId: string, unexpanded: ReadonlySet<string>): void {
  const [taskId] = unexpanded;
  if (taskId === undefined) return;
  const message = `DAG ${dagId}: ${taskId} is partial and never expanded`;
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
}
