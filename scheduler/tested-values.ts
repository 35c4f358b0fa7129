import type { MapLengths } from './core/run-plan.ts';
import type { TaskInstanceState } from './core/states.ts';
import type { TaskStates } from './core/task-verdict.ts';
import type { ReturnedValues } from './store/xcom.ts';

/** What a test of a DAG keeps of an instance in place of the store. */
interface Kept {
  readonly mapIndex: number;
  readonly state: TaskInstanceState;
  readonly result: unknown;
}

/** What was tested so far, by task. */
export type Tested = ReadonlyMap<string, readonly Kept[]>;

/** The states, as the planner's core wants them. */
export function statesOf(tested: Tested): TaskStates {
  return new Map([...tested].map(([taskId, all]) => [taskId, all.map((each) => each.state)]));
}

/** How many values each task returned that others may be mapped over. */
export function lengthsOf(tested: Tested): MapLengths {
  return new Map(
    [...tested.keys()].map((taskId) => {
      const { isMapped, values } = returnedBy(tested, taskId);
      const list = isMapped ? values : values[0];
      return [taskId, Array.isArray(list) ? list.length : null];
    }),
  );
}

/** What a task returned, through JSON as in a real run. */
export function returnedBy(tested: Tested, taskId: string): ReturnedValues {
  const all = tested.get(taskId) ?? [];
  const returned = all.filter(({ result }) => result !== undefined && result !== null);
  return {
    isMapped: all.some((each) => each.mapIndex >= 0),
    values: returned.map(({ result }) => JSON.parse(JSON.stringify(result)) as unknown),
    indexes: returned.map(({ mapIndex }) => mapIndex),
  };
}
