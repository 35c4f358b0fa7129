import type { MapArgument, Mapping } from '../authoring/definition.ts';
import { isKwargs } from '../authoring/mapped-task.ts';
import type { TaskContext } from '../authoring/task.ts';
import { mapPositions } from '../core/mapping.ts';
import { schedulerErrors } from '../errors.ts';

/** The values that one instance of a mapped task, or of a mapped group, is for, by argument. */
export async function mappedValues(
  { over, isOverKwargs }: Mapping,
  { mapIndex, xcomPull }: Pick<TaskContext<never>, 'mapIndex' | 'xcomPull'>,
): Promise<Readonly<Record<string, unknown>>> {
  const lists = await Promise.all(over.map(async (each) => await listOf(each, xcomPull)));
  const length = lists.reduce((product, list) => product * list.length, 1);
  if (mapIndex >= length) {
    const message = `there is no value for index ${mapIndex}; what it is mapped over has ${length}`;
    throw schedulerErrors.error('MAPPED_VALUE_MISSING', { message });
  }
  const positions = mapPositions(
    lists.map((list) => list.length),
    mapIndex,
  );
  const values = over.map(({ name }, at) => [name, lists[at]?.[positions[at] ?? 0]] as const);
  return isOverKwargs ? kwargsOf(mapIndex, values[0]?.[1]) : Object.fromEntries(values);
}

function kwargsOf(mapIndex: number, value: unknown): Readonly<Record<string, unknown>> {
  if (isKwargs(value)) return value;
  const message = `the value for index ${mapIndex} is no object of arguments`;
  throw schedulerErrors.error('MAPPED_VALUE_INVALID', { message });
}

async function listOf(
  argument: MapArgument,
  xcomPull: TaskContext<never>['xcomPull'],
): Promise<readonly unknown[]> {
  if (argument.kind === 'list') return argument.values;
  const list = await xcomPull<unknown>({ taskId: argument.from, isMapped: false });
  return Array.isArray(list) ? list : [];
}
