import type { Knex } from 'knex';
import { mappingOf } from '../core/mapping.ts';
import type { Expansion, PlannedInstance } from '../core/run-plan.ts';
import type { TaskInstanceState } from '../core/states.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerSchema } from './migrations.ts';
import type { RunKey } from './rows.ts';

interface PlannedRow {
  readonly task_id: string;
  readonly map_index: number;
  readonly state: TaskInstanceState | null;
  readonly try_number: number;
  readonly max_tries: number;
  readonly next_attempt_at: Date | null;
  readonly token: string | null;
  readonly owner: number | null;
  readonly lease_until: Date | null;
}

/** The instances of a run; those of tasks that it does not have yet are made. */
export async function readInstances(
  trx: Knex,
  key: RunKey,
  dag: LoadedDag,
): Promise<readonly PlannedInstance[]> {
  const found = await readKnownInstances(trx, key);
  const whole = new Set(found.flatMap(({ taskId, mapIndex }) => (mapIndex < 0 ? [taskId] : [])));
  const expanded = new Set(
    found.flatMap(({ taskId, mapIndex, state }) =>
      mapIndex >= 0 && state !== 'removed' && mappingOf(dag.tasks.get(taskId)) !== undefined ? [taskId] : [],
    ),
  );
  const missing = dag.definition.tasks.filter(({ taskId }) => !whole.has(taskId) && !expanded.has(taskId));
  if (missing.length === 0) return found;
  // A new run, a task added to the DAG since the run began, or a mapped one whose list became empty.
  await trx
    .withSchema(schedulerSchema)
    .into('task_instance')
    .insert(
      missing.map(({ taskId, retryPolicy }) => ({
        dag_id: key.dagId,
        run_id: key.runId,
        task_id: taskId,
        max_tries: retryPolicy.retries,
      })),
    );
  return await readKnownInstances(trx, key);
}

/** The instances of a run that were looked at at least once. */
export async function readKnownInstances(db: Knex, key: RunKey): Promise<readonly PlannedInstance[]> {
  const rows = await db
    .withSchema(schedulerSchema)
    .from('task_instance as ti')
    .leftJoin('task_attempt as attempt', 'attempt.token', 'ti.token')
    .where({ 'ti.dag_id': key.dagId, 'ti.run_id': key.runId })
    .select<PlannedRow[]>('ti.*', 'attempt.owner', 'attempt.lease_until');
  return rows.map(toPlanned);
}

function toPlanned(row: PlannedRow): PlannedInstance {
  const { token, owner, lease_until: leaseUntil } = row;
  const attempt =
    token === null || owner === null || leaseUntil === null ? null : { token, owner, leaseUntil };
  return {
    taskId: row.task_id,
    mapIndex: row.map_index,
    state: row.state,
    tryNumber: row.try_number,
    maxTries: row.max_tries,
    nextAttemptAt: row.next_attempt_at,
    attempt,
  };
}

/** Gives mapped tasks an instance an index, in place of the one that stood for all of them. */
export async function expandTasks(
  trx: Knex,
  { dagId, runId }: RunKey,
  input: { readonly dag: LoadedDag; readonly expansions: readonly Expansion[] },
): Promise<void> {
  for (const { taskId, length } of input.expansions) {
    const maxTries = input.dag.tasks.get(taskId)?.retryPolicy.retries ?? 0;
    await trx
      .withSchema(schedulerSchema)
      .from('task_instance')
      .where({ dag_id: dagId, run_id: runId, task_id: taskId, map_index: -1 })
      .delete();
    await trx.raw(
      `insert into scheduler.task_instance (dag_id, run_id, task_id, map_index, max_tries)
       select :dagId, :runId, :taskId, index, :maxTries from generate_series(0, :last::int) as index
       on conflict do nothing`,
      { dagId, runId, taskId, maxTries, last: length - 1 },
    );
  }
}
