import { dag } from '../../../scheduler/authoring/dag.ts';
import type { DagArgs } from '../../../scheduler/authoring/dag.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';

/** A DAG as the loader leaves it. */
export function loaded(args: Partial<DagArgs<unknown>> & Pick<DagArgs<unknown>, 'tasks'>): LoadedDag {
  const base = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [] };
  return validateDag(dag({ ...base, ...args }) as never, 'd.dag.ts');
}
