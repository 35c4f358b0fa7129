import type { ExplainInput } from './explain.ts';
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
export function failedDeps(input: ExplainInput, taskId: string): readonly FailedDep[] {
  return checks.flatMap(({ dependency, unmet }) => {
    const reason = unmet(input, taskId);
    return reason === undefined ? [] : [{ dependency, reason }];
  });
}

/** One row a dependency, in the order in which the planner looks. */
const checks: readonly {
  readonly dependency: string;
  readonly unmet: (input: ExplainInput, taskId: string) => string | undefined;
}[] = [
  {
    dependency: 'Task Instance State',
    unmet: ({ instances }, taskId) => {
      const state = instances.find((each) => each.taskId === taskId)?.state ?? null;
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
    unmet: (input, taskId) => {
      const readiness = readinessWithout(input, taskId);
      if (readiness.kind === 'mark') return `${readiness.reason} makes it ${readiness.state}`;
      return readiness.kind === 'wait' && readiness.on === 'upstreams' ? readiness.reason : undefined;
    },
  },
  {
    dependency: 'Previous Dagrun State',
    unmet: ({ dag, past }, taskId) => {
      const task = dag.tasks.get(taskId);
      return task === undefined ? undefined : waitsForPast(dag, task, past);
    },
  },
  {
    dependency: 'Not In Retry Period',
    unmet: ({ instances, now }, taskId) => {
      const at = instances.find((each) => each.taskId === taskId)?.nextAttemptAt ?? null;
      return at === null || at <= now ? undefined : `it comes back at ${at.toISOString()}`;
    },
  },
  {
    dependency: 'Slots Available',
    unmet: ({ dag, instances, freeSlots: free, limits }, taskId) => {
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
function readinessWithout(input: ExplainInput, taskId: string): ReturnType<typeof readinessOf> {
  const states = new Map(input.instances.map((each) => [each.taskId, each.state]));
  return readinessOf(input.dag, { taskId, state: null, nextAttemptAt: null }, { ...input, states });
}
