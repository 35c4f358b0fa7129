import type { Knex } from 'knex';
import { closure } from '../core/graph.ts';
import { factsOf } from '../core/states.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerErrors } from '../errors.ts';
import { schedulerSchema } from './migrations.ts';
import type { RunKey, TaskInstanceRow } from './rows.ts';

/** What to run again. */
export interface ClearOptions extends RunKey {
  /** Default: every task of the run. */
  readonly taskIds?: readonly string[] | undefined;
  /** Also everything that depends on them. */
  readonly downstream?: boolean | undefined;
  /** Also everything they depend on. */
  readonly upstream?: boolean | undefined;
  /** Only those that failed or were upstream_failed. */
  readonly onlyFailed?: boolean | undefined;
  /** Say what would be cleared, and change nothing. */
  readonly dryRun?: boolean | undefined;
}

/** One cleared (or, in a dry run, to be cleared) task. */
export interface ClearedTask extends RunKey {
  readonly taskId: string;
  readonly state: TaskInstanceRow['state'];
  /** `restarting`: it runs right now, is aborted and starts over. */
  readonly becomes: 'none' | 'restarting';
}

/**
 * Makes tasks of a run start over: a running one goes to restarting, any other loses its state; retries are granted
 * anew. A finished run opens again and waits its turn as a queued run. History of attempts is kept.
 */
export async function clearTasks(
  db: Knex,
  dag: LoadedDag,
  options: ClearOptions,
): Promise<readonly ClearedTask[]> {
  const { dagId, runId } = options;
  return await db.transaction(async (trx) => {
    // The planner takes the same lock, so it never concludes a run that is just being opened.
    const run = await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: dagId, run_id: runId })
      .forNoKeyUpdate()
      .first<{ state: string } | undefined>('state');
    if (run === undefined) {
      throw schedulerErrors.error('DAG_RUN_NOT_FOUND', { message: `DAG ${dagId} has no run ${runId}` });
    }
    const selected = selectTasks(dag, options);
    const rows: TaskInstanceRow[] = await trx
      .withSchema(schedulerSchema)
      .from('task_instance')
      .where({ dag_id: dagId, run_id: runId })
      .forUpdate()
      .select('*');
    const chosen = rows.filter((row) => isChosen(row, selected, options));
    if (options.dryRun !== true && chosen.length > 0) {
      for (const row of chosen) await clearOne(trx, row, dag);
      if (run.state === 'success' || run.state === 'failed') await reopenRun(trx, options);
    }
    return chosen.map(({ task_id: taskId, state }) => {
      return { dagId, runId, taskId, state, becomes: state === 'running' ? 'restarting' : 'none' };
    });
  });
}

function selectTasks({ definition, graph, tasks }: LoadedDag, options: ClearOptions): ReadonlySet<string> {
  const named = options.taskIds ?? definition.tasks.map((task) => task.taskId);
  const unknown = named.find((taskId) => !tasks.has(taskId));
  if (unknown !== undefined) {
    const remedy = `Tasks of ${definition.dagId}: ${graph.order.join(', ')}.`;
    throw schedulerErrors.error('TASK_NOT_FOUND', { message: `no task ${unknown}`, remedy });
  }
  return new Set([
    ...named,
    ...(options.downstream === true ? closure(graph.downstream, named) : []),
    ...(options.upstream === true ? closure(graph.upstream, named) : []),
  ]);
}

function isChosen(
  row: TaskInstanceRow,
  selected: ReadonlySet<string>,
  { onlyFailed }: ClearOptions,
): boolean {
  if (row.state === null || row.state === 'restarting' || !selected.has(row.task_id)) return false;
  return onlyFailed !== true || factsOf(row.state).failure;
}

async function clearOne(trx: Knex, row: TaskInstanceRow, dag: LoadedDag): Promise<void> {
  const retries = dag.tasks.get(row.task_id)?.retryPolicy.retries ?? 0;
  const running = row.state === 'running';
  await trx
    .withSchema(schedulerSchema)
    .from('task_instance')
    .where({ dag_id: row.dag_id, run_id: row.run_id, task_id: row.task_id, map_index: -1 })
    .update({
      state: running ? 'restarting' : null,
      // The running attempt keeps its token: its owner is to see the new state, abort and report.
      token: running ? row.token : null,
      max_tries: row.try_number + retries,
      next_attempt_at: null,
      waiting_since: null,
      end_date: null,
      reason: 'cleared',
    });
}

async function reopenRun(trx: Knex, { dagId, runId }: RunKey): Promise<void> {
  await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, run_id: runId })
    .update({
      state: 'queued',
      start_date: null,
      end_date: null,
      reason: null,
      clear_number: trx.raw('clear_number + 1'),
    });
}
