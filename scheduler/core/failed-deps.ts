import { isSame } from './explain.ts';
import type { ExplainInput, InstanceId } from './explain.ts';
import { liveStates } from './mapping.ts';
import { waitsForPast } from './past.ts';
import { createSlots } from './slots.ts';
import { factsOf } from './states.ts';
import { readinessOf } from './task-wait.ts';

/** A dependency of a task instance that is not met, under Airflow's name for it. */
export interface FailedDep {
  readonly dependency: string;
  readonly reason: string;
}

/** Everything that keeps a task from starting, not only the first of it; pure, by the functions that plan. */
export function failedDeps(input: ExplainInput, key: InstanceId): readonly FailedDep[] {
  return checks.flatMap(({ dependency, unmet }) => {
    const reason = unmet(input, key);
    return reason === undefined ? [] : [{ dependency, reason }];
  });
}

/** One row a dependency, in the order in which the planner looks. */
const checks: readonly {
  readonly dependency: string;
  readonly unmet: (input: ExplainInput, key: InstanceId) => string | undefined;
}[] = [
  {
    dependency: 'Task Instance State',
    unmet: ({ instances }, key) => {
      const state = instances.find(isSame(key))?.state ?? null;
      const { schedulable } = factsOf(state);
      return schedulable || state === 'scheduled' ? undefined : `it is ${String(state)}`;
    },
  },
  {
    dependency: 'Dag Not Paused',
    unmet: ({ paused, dag }) => (paused ? `DAG ${dag.definition.dagId} is paused` : undefined),
  },
  {
    dependency: 'Dagrun Running',
    unmet: ({ runState, runId }) => (runState === 'running' ? undefined : `run ${runId} is ${runState}`),
  },
  {
    dependency: 'Trigger Rule',
    unmet: (input, key) => {
      const readiness = readinessWithout(input, key);
      if (readiness.kind === 'mark') return `${readiness.reason} makes it ${readiness.state}`;
      return readiness.kind === 'wait' && readiness.on === 'upstreams' ? readiness.reason : undefined;
    },
  },
  {
    dependency: 'Previous Dagrun State',
    unmet: ({ dag, past }, { taskId }) => {
      const task = dag.tasks.get(taskId);
      return task === undefined ? undefined : waitsForPast(dag, task, past);
    },
  },
  {
    dependency: 'Not In Retry Period',
    unmet: ({ instances, now }, key) => {
      const at = instances.find(isSame(key))?.nextAttemptAt ?? null;
      return at === null || at <= now ? undefined : `it comes back at ${at.toISOString()}`;
    },
  },
  {
    dependency: 'Slots Available',
    unmet: ({ dag, instances, freeSlots: free, limits }, { taskId }) => {
      const task = dag.tasks.get(taskId);
      const active = instances.filter((each) => factsOf(each.state).holdsSlot).length;
      const { maxActiveTasks } = dag.definition;
      return task === undefined
        ? undefined
        : createSlots({ free, active, maxActiveTasks, limits }).take(task);
    },
  },
];

/** What its upstreams say, as if it had not been tried before. */
function readinessWithout(input: ExplainInput, key: InstanceId): ReturnType<typeof readinessOf> {
  const states = liveStates(input.dag, input.instances);
  return readinessOf(input.dag, { ...key, state: null, nextAttemptAt: null }, { ...input, states });
}
