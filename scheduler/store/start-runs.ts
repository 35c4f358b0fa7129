import type { Knex } from 'knex';
import { countActive, lockDags } from './dag-locks.ts';
import type { ScheduledDag } from './dags.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** Moves queued runs to running: a DAG's own up to its limit, those of its backfill up to the backfill's. */
export async function startQueuedRuns(
  db: Knex,
  dags: readonly ScheduledDag[],
  now: Date,
): Promise<readonly DagRun[]> {
  return await db.transaction(async (trx) => {
    const definitions = dags.map(({ dag }) => dag.definition);
    const rows = await lockDags(
      trx,
      definitions.map(({ dagId }) => dagId),
    );
    const open = definitions.filter(({ dagId }) => rows.get(dagId)?.is_paused === false);
    if (open.length === 0) return [];
    const own = await startOldest(trx, open, now);
    const filled = await startBackfills(
      trx,
      open.map(({ dagId }) => dagId),
      now,
    );
    return [...own, ...filled];
  });
}

async function startOldest(
  trx: Knex,
  dags: readonly { readonly dagId: string; readonly maxActiveRuns: number }[],
  now: Date,
): Promise<readonly DagRun[]> {
  const running = await countActive(
    trx,
    dags.map(({ dagId }) => dagId),
    ['running'],
  );
  const free = dags.map(({ dagId, maxActiveRuns }) => ({
    dag_id: dagId,
    free: maxActiveRuns - running(dagId),
  }));
  const result: { rows: DagRunRow[] } = await trx.raw(startSql(free.length), {
    free: JSON.stringify(free),
    now,
  });
  return result.rows.map(toDagRun);
}

/**
 * At the limit only a run that is older than all that run, which is one that was cleared: they may depend on it, and
 * would hold their places for ever. So the oldest run that is not over always goes on.
 */
const startSql = (count: number): string => `
  with free as (
    select * from jsonb_to_recordset(:free::jsonb) as f (dag_id text, free int) limit ${count}
  ),
  oldest as (
    select free.dag_id, queued.run_id
      from free cross join lateral (
        select run.run_id, row_number() over (order by run.run_after, run.run_id) as place
          from scheduler.dag_run run
         where run.dag_id = free.dag_id and run.state = 'queued' and run.backfill_id is null
           and (free.free > 0 or run.run_after < (
             select min(running.run_after) from scheduler.dag_run running
              where running.dag_id = free.dag_id and running.state = 'running' and running.backfill_id is null))
      ) as queued
     where queued.place <= greatest(free.free, 1)
  )
  update scheduler.dag_run run set state = 'running', start_date = :now
    from oldest
   where run.dag_id = oldest.dag_id and run.run_id = oldest.run_id and run.state = 'queued'
  returning run.*`;

interface BackfillRow {
  readonly id: number;
  readonly dag_id: string;
  readonly max_active_runs: number;
  readonly run_backwards: boolean;
}

async function startBackfills(trx: Knex, dagIds: readonly string[], now: Date): Promise<readonly DagRun[]> {
  const backfills: BackfillRow[] = await trx
    .withSchema(schedulerSchema)
    .from('backfill')
    .whereIn('dag_id', [...dagIds])
    .where('is_paused', false)
    .whereNull('completed_at')
    .select('*');
  const started: DagRun[] = [];
  for (const each of backfills) started.push(...(await startBackfill(trx, each, now)));
  return started;
}

async function startBackfill(trx: Knex, backfill: BackfillRow, now: Date): Promise<readonly DagRun[]> {
  const runs = (): Knex.QueryBuilder =>
    trx
      .withSchema(schedulerSchema)
      .from('dag_run')
      .where({ dag_id: backfill.dag_id, backfill_id: backfill.id });
  const running = await runs().where('state', 'running').count<{ count: string }[]>('* as count');
  const free = backfill.max_active_runs - Number(running[0]?.count ?? 0);
  if (free <= 0) return [];
  const next = runs()
    .where('state', 'queued')
    .orderBy('run_after', backfill.run_backwards ? 'desc' : 'asc')
    .limit(free)
    .select('run_id');
  const started: DagRunRow[] = await runs()
    .where('state', 'queued')
    .whereIn('run_id', next)
    .update({ state: 'running', start_date: now })
    .returning('*');
  return started.map(toDagRun);
}
