import { indirectSetups, statesSeen } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/**
 * The tasks whose failure reached an instance, the nearest first, in words; pure. One right above that is
 * upstream_failed itself only passed it on: what failed above that is named.
 */
export function failedUpstreams(
  dag: LoadedDag,
  { taskId, mapIndex }: { readonly taskId: string; readonly mapIndex: number },
  states: TaskStates,
): string | undefined {
  const named = new Map<string, string>();
  const passedOn = new Set([taskId]);
  // Grows while it is walked: breadth first.
  for (const below of passedOn) {
    for (const id of [...indirectSetups(dag, below), ...(dag.graph.upstream.get(below) ?? [])]) {
      const seen = statesSeen(dag, { taskId, mapIndex }, { of: id, states });
      const failed = seen.filter((state) => state === 'failed').length;
      if (failed > 0) named.set(id, seen.length > 1 ? `${id} (${failed} of ${seen.length})` : id);
      if (seen.includes('upstream_failed')) passedOn.add(id);
    }
  }
  if (named.size === 0) return undefined;
  const more = named.size > 3 ? ` and ${named.size - 3} more` : '';
  return `${[...named.values()].slice(0, 3).join(', ')}${more} failed`;
}
