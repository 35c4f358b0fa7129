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

/** A run and the DAG as it is now. */
export interface RunOfDag {
  readonly key: RunKey;
  readonly dag: LoadedDag;
}

/** The instances of runs, in their order; those of tasks that a run does not have yet are made. */
export async function readInstances(
  trx: Knex,
  runs: readonly RunOfDag[],
): Promise<readonly (readonly PlannedInstance[])[]> {
  const found = await readKnownInstances(
    trx,
    runs.map(({ key }) => key),
  );
  const missing = runs.map(({ dag }, index) => missingTasks(dag, found[index] ?? []));
  const rows = runs.flatMap(({ key }, index) =>
    (missing[index] ?? []).map(({ taskId, maxTries }) => ({
      dag_id: key.dagId,
      run_id: key.runId,
      task_id: taskId,
      max_tries: maxTries,
    })),
  );
  if (rows.length === 0) return found;
  // A new run, a task added to the DAG since the run began, or a mapped one whose list became empty.
  await trx.raw(
    `insert into scheduler.task_instance (dag_id, run_id, task_id, max_tries)
     select * from jsonb_to_recordset(?::jsonb) as r (dag_id text, run_id text, task_id text, max_tries int)`,
    [JSON.stringify(rows)],
  );
  return found.map((instances, index) => [...instances, ...(missing[index] ?? [])]);
}

/** Tasks of the DAG without an instance, as the instances that they get. */
function missingTasks(dag: LoadedDag, found: readonly PlannedInstance[]): readonly PlannedInstance[] {
  const whole = new Set(found.flatMap(({ taskId, mapIndex }) => (mapIndex < 0 ? [taskId] : [])));
  const expanded = new Set(
    found.flatMap(({ taskId, mapIndex, state }) =>
      mapIndex >= 0 && state !== 'removed' && mappingOf(dag.tasks.get(taskId)) !== undefined ? [taskId] : [],
    ),
  );
  return dag.definition.tasks
    .filter(({ taskId }) => !whole.has(taskId) && !expanded.has(taskId))
    .map(({ taskId, retryPolicy }) => ({
      taskId,
      mapIndex: -1,
      state: null,
      tryNumber: 0,
      maxTries: retryPolicy.retries,
      nextAttemptAt: null,
      attempt: null,
    }));
}

/** The instances of each run that were looked at at least once. */
export async function readKnownInstances(
  db: Knex,
  runs: readonly RunKey[],
): Promise<readonly (readonly PlannedInstance[])[]> {
  const result: { rows: (PlannedRow & { readonly run: string })[] } = await db.raw(
    `select r.run, ti.task_id, ti.map_index, ti.state, ti.try_number, ti.max_tries, ti.next_attempt_at, ti.token,
            attempt.owner, attempt.lease_until
       from unnest(?::text[], ?::text[]) with ordinality as r (dag_id, run_id, run)
       join scheduler.task_instance ti using (dag_id, run_id)
       left join scheduler.task_attempt attempt on attempt.token = ti.token`,
    [runs.map(({ dagId }) => dagId), runs.map(({ runId }) => runId)],
  );
  const byRun = runs.map((): PlannedInstance[] => []);
  for (const row of result.rows) byRun[Number(row.run) - 1]?.push(toPlanned(row));
  return byRun;
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
