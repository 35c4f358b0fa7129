import { schedulerErrors } from '../errors.ts';
import type { MapGroup, TaskWork } from './definition.ts';
import type { Gathered, GroupValues } from './task.ts';

/** The one place where the names of a group's values are taken on trust: each is asked for by its name alone. */
export function groupValues<Args>(groupId: string): GroupValues<Args> {
  return new Proxy({} as GroupValues<Args>, {
    get: (_, name) => ({ taskId: groupId, isMapped: false, groupValue: String(name) }),
  });
}

/** What a mapped group's function returned, as others see it: a handle stands for the list of what its runs return. */
export function gathered<Returned>(returned: Returned): Gathered<Returned> {
  return asList(returned) as Gathered<Returned>;
}

function asList(returned: unknown): unknown {
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned)) return returned;
  if ('taskId' in returned) return { ...returned, isMapped: true };
  // A group in a group stays what it is: edges need it.
  if ('groupId' in returned) return returned;
  return Object.fromEntries(Object.entries(returned).map(([name, each]) => [name, asList(each)]));
}

/** What cannot be in a group that runs more than once: it would have to be counted by two indexes, or decide by one. */
const refusedKinds: ReadonlySet<TaskWork<never>['kind']> = new Set([
  'mapped',
  'branch',
  'short_circuit',
  'latest_only',
]);

/** Throws for a task that a mapped group cannot hold. */
export function refuseInGroup(
  group: MapGroup | undefined,
  taskId: string,
  kind: TaskWork<never>['kind'],
): void {
  if (group === undefined || !refusedKinds.has(kind)) return;
  const what = kind === 'mapped' ? 'mapped itself' : `of the kind ${kind}`;
  const message = `task ${taskId} is ${what}; the mapped group ${group.groupId} cannot hold it`;
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
}

/** Throws for a mapped group in a mapped group. */
export function refuseNested(group: MapGroup | undefined, groupId: string): void {
  if (group === undefined) return;
  const message = `task group ${groupId} is mapped, and so is ${group.groupId}, which holds it`;
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
}
