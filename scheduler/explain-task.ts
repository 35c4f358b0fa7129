import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { ExplainInput, InstanceId } from './core/explain.ts';
import { planInput } from './core/plan-input.ts';
import { factsOf } from './core/states.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import { schedulerErrors } from './errors.ts';
import { findBackfill } from './store/backfills.ts';
import { readDagFacts } from './store/dags.ts';
import type { ScheduledDag } from './store/dags.ts';
import { readKnownInstances } from './store/instances.ts';
import { poolShareOf } from './store/limits.ts';
import { listTaskInstances } from './store/queries.ts';
import type { DagRun, TaskKey } from './store/rows.ts';
import { readFacts } from './store/run-facts.ts';

/** Reads what the planner would read, without a lock, and looks at one task with it. */
export async function inspectTask<Found>(
  input: {
    readonly control: Knex;
    readonly clock: Clock;
    readonly dags: ReadonlyMap<string, ScheduledDag>;
    readonly dag: LoadedDag;
    readonly run: DagRun;
    readonly freeSlots: number;
  },
  { taskId, mapIndex }: Pick<TaskKey, 'taskId' | 'mapIndex'>,
  look: (input: ExplainInput, key: InstanceId) => Found,
): Promise<Found> {
  const { control, dag, run } = input;
  const [instances = []] = await readKnownInstances(control, [run]);
  if (!dag.tasks.has(taskId) && !instances.some((each) => each.taskId === taskId)) {
    const remedy = `Tasks of ${run.dagId}: ${dag.graph.order.join(', ')}.`;
    throw schedulerErrors.error('TASK_NOT_FOUND', { message: `no task ${taskId}`, remedy });
  }
  const shareOf = poolShareOf(input.dags);
  const facts = await readFacts(control, { run, instances, dag, shareOf });
  const recorded = (await listTaskInstances(control, run)).filter((each) => each.taskId === taskId);
  const counted = recorded.filter((each) => each.mapIndex === (mapIndex ?? each.mapIndex));
  // Of a mapped task as a whole the first instance that has not ended.
  const asked = counted.find(({ state }) => !factsOf(state).finished) ?? counted[0];
  const paused = (await readDagFacts(control)).get(run.dagId)?.paused ?? false;
  return look(
    {
      ...planInput(dag, facts, input.clock.now()),
      paused,
      freeSlots: input.freeSlots,
      runId: run.runId,
      runState: run.state,
      backfill: run.backfillId === null ? undefined : await findBackfill(control, run.backfillId),
      reason: asked?.error?.message ?? asked?.reason ?? null,
    },
    { taskId, mapIndex: asked?.mapIndex ?? mapIndex ?? -1 },
  );
}
