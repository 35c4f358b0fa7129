import type { LoadedDag } from './validate-dag.ts';
import type { TaskInstanceState } from './states.ts';

/** Why a DAG with failFast is stopped: the first task that failed for good; undefined while it goes on. */
export function failFastReason(
  { definition, tasks }: LoadedDag,
  instances: readonly { readonly taskId: string; readonly state: TaskInstanceState | null }[],
): string | undefined {
  if (!definition.failFast) return undefined;
  const failed = instances.find(
    ({ taskId, state }) => state === 'failed' && tasks.get(taskId)?.isTeardown === false,
  );
  return failed === undefined ? undefined : `failFast: ${failed.taskId} failed`;
}
