import type { Knex } from 'knex';
import type { Alteration, RecordedInstance, RecordedRun } from '../core/alteration.ts';
import type { DagRunState } from '../core/states.ts';
import { factsOf } from '../core/states.ts';
import { schedulerErrors } from '../errors.ts';
import { schedulerSchema } from './migrations.ts';
import type { RunKey, TaskInstanceRow } from './rows.ts';

/** Which runs of a DAG are meant: one and, if asked, all before or after it; or those of a stretch of time. */
export type RunScope = { readonly dagId: string } & (
  | { readonly runId: string; readonly past?: boolean | undefined; readonly future?: boolean | undefined }
  /** By logical date, or where there is none by the time from which the run might start; both ends count. */
  | { readonly from: Date | undefined; readonly to: Date | undefined }
);

/** What was done, and the attempts that somebody has to stop because of it. */
export interface AppliedAlteration extends Alteration {
  readonly tokens: readonly string[];
}

interface LockedInstance extends RecordedInstance, RunKey {
  readonly token: string | null;
}

/**
 * Changes task instances by hand, under the locks of their runs: the planner takes the same ones, so it never
 * concludes a run that is just being opened. Attempts are kept as history.
 */
export async function alterRuns(
  db: Knex,
  input: {
    readonly scope: RunScope;
    readonly plan: (runs: readonly RecordedRun[]) => Alteration;
    readonly now: Date;
    readonly dryRun: boolean;
  },
): Promise<AppliedAlteration> {
  const { scope, now } = input;
  return await db.transaction(async (trx) => {
    const runs = await lockRuns(trx, scope);
    const instances = await lockInstances(trx, scope.dagId, runs);
    const alteration = input.plan(
      runs.map((run) => ({ ...run, instances: instances.filter((each) => each.runId === run.runId) })),
    );
    if (input.dryRun) return { ...alteration, tokens: [] };
    await applyTasks(trx, { dagId: scope.dagId, now, tasks: alteration.tasks });
    await reopenRuns(trx, { dagId: scope.dagId, runIds: alteration.runs.map((run) => run.runId) });
    const tokens = alteration.tasks.flatMap((task) => {
      // A restarting attempt keeps its token: its owner is to see the new state, abort and report.
      if (task.to === 'restarting') return [];
      const was = instances.find(
        (each) => each.runId === task.runId && each.taskId === task.taskId && each.mapIndex === task.mapIndex,
      );
      return was?.token == null ? [] : [was.token];
    });
    await endAttempts(trx, tokens, now);
    return { ...alteration, tokens };
  });
}

async function lockRuns(
  trx: Knex,
  scope: RunScope,
): Promise<readonly { readonly runId: string; readonly state: DagRunState }[]> {
  const { dagId } = scope;
  const query = trx.withSchema(schedulerSchema).from('dag_run').where('dag_id', dagId);
  if ('runId' in scope) {
    const anchor = await trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: dagId, run_id: scope.runId })
      .first<{ run_after: Date } | undefined>('run_after');
    if (anchor === undefined) {
      throw schedulerErrors.error('DAG_RUN_NOT_FOUND', { message: `DAG ${dagId} has no run ${scope.runId}` });
    }
    void query.where((either) => {
      void either.where('run_id', scope.runId);
      if (scope.past === true) void either.orWhere('run_after', '<', anchor.run_after);
      if (scope.future === true) void either.orWhere('run_after', '>', anchor.run_after);
    });
  } else {
    const at = trx.raw('coalesce(logical_date, run_after)');
    if (scope.from !== undefined) void query.where(at, '>=', scope.from);
    if (scope.to !== undefined) void query.where(at, '<=', scope.to);
  }
  return await query
    .orderBy(['run_after', 'run_id'])
    .forNoKeyUpdate()
    .select<{ runId: string; state: DagRunState }[]>('run_id as runId', 'state');
}

async function lockInstances(
  trx: Knex,
  dagId: string,
  runs: readonly { readonly runId: string }[],
): Promise<readonly LockedInstance[]> {
  const rows: (TaskInstanceRow & { map_index: number })[] = await trx
    .withSchema(schedulerSchema)
    .from('task_instance')
    .where('dag_id', dagId)
    .whereIn(
      'run_id',
      runs.map((run) => run.runId),
    )
    .orderBy(['run_id', 'task_id', 'map_index'])
    .forUpdate()
    .select('*');
  return rows.map((row) => ({
    dagId,
    runId: row.run_id,
    taskId: row.task_id,
    mapIndex: row.map_index,
    state: row.state,
    tryNumber: row.try_number,
    token: row.token,
  }));
}

/** An instance that a run does not have yet is made by being marked. */
const applySql = `
  insert into scheduler.task_instance as ti
         (dag_id, run_id, task_id, map_index, state, max_tries, end_date, reason)
  select :dagId, d.run_id, d.task_id, d.map_index, d.to_state, coalesce(d.max_tries, 0), d.end_date, d.reason
    from jsonb_to_recordset(:tasks::jsonb) as d (run_id text, task_id text, map_index int, to_state text,
         max_tries int, end_date timestamptz, reason text)
      on conflict (dag_id, run_id, task_id, map_index) do update
     set state = excluded.state, end_date = excluded.end_date, reason = excluded.reason,
         token = case when excluded.state = 'restarting' then ti.token end,
         max_tries = case when excluded.end_date is null then excluded.max_tries else ti.max_tries end,
         start_date = case when excluded.state is not null then ti.start_date end,
         next_attempt_at = null, waiting_since = null`;

async function applyTasks(
  trx: Knex,
  { dagId, now, tasks }: Pick<Alteration, 'tasks'> & { readonly dagId: string; readonly now: Date },
): Promise<void> {
  if (tasks.length === 0) return;
  const rows = tasks.map((task) => ({
    run_id: task.runId,
    task_id: task.taskId,
    map_index: task.mapIndex,
    to_state: task.to,
    max_tries: task.maxTries,
    end_date: factsOf(task.to).finished ? now : null,
    reason: factsOf(task.to).finished ? `marked ${task.to ?? ''} by hand` : 'cleared',
  }));
  await trx.raw(applySql, { dagId, tasks: JSON.stringify(rows) });
}

async function endAttempts(trx: Knex, tokens: readonly string[], now: Date): Promise<void> {
  if (tokens.length === 0) return;
  const error = {
    code: 'TASK_INTERRUPTED',
    message: 'its task was cleared or marked by hand',
    remedy: 'Nothing to do: somebody wanted it so.',
  };
  await trx
    .withSchema(schedulerSchema)
    .from('task_attempt')
    .whereIn('token', [...tokens])
    .update({ ended_at: now, outcome: 'interrupted', error: JSON.stringify(error) });
}

async function reopenRuns(
  trx: Knex,
  { dagId, runIds }: { readonly dagId: string; readonly runIds: readonly string[] },
): Promise<void> {
  if (runIds.length === 0) return;
  await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .whereIn('run_id', [...runIds])
    .update({
      state: 'queued',
      start_date: null,
      end_date: null,
      reason: null,
      clear_number: trx.raw('clear_number + 1'),
    });
}
