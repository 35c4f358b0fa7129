import type { Knex } from 'knex';
import type { ScheduledDag } from './dags.ts';
import { countActive, lockDag } from './dags.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** Moves queued runs to running: the DAG's own up to its limit, those of its backfill up to the backfill's. */
export async function startQueuedRuns(
  db: Knex,
  { dag }: ScheduledDag,
  now: Date,
): Promise<readonly DagRun[]> {
  return await db.transaction(async (trx) => {
    const { dagId, maxActiveRuns } = dag.definition;
    const row = await lockDag(trx, dagId);
    if (row === undefined || row.is_paused) return [];
    const own = await startOldest(trx, { dagId, maxActiveRuns, now });
    return [...own, ...(await startBackfill(trx, dagId, now))];
  });
}

async function startOldest(
  trx: Knex,
  { dagId, maxActiveRuns, now }: { dagId: string; maxActiveRuns: number; now: Date },
): Promise<readonly DagRun[]> {
  const free = maxActiveRuns - (await countActive(trx, dagId, ['running']));
  const oldest = queued(trx, dagId)
    .whereNull('backfill_id')
    .orderBy(['run_after', 'run_id'])
    .limit(Math.max(free, 1));
  // At the limit only a run that is older than all that run, which is one that was cleared: they may depend on it,
  // and would hold their places for ever. So the oldest run that is not over always goes on.
  if (free <= 0) void oldest.where('run_after', '<', trx.raw(oldestRunning, { dagId }));
  return await start(trx, { dagId, runIds: oldest, now });
}

const oldestRunning = `(select min(run_after) from scheduler.dag_run
  where dag_id = :dagId and state = 'running' and backfill_id is null)`;

async function startBackfill(trx: Knex, dagId: string, now: Date): Promise<readonly DagRun[]> {
  const backfill = await trx
    .withSchema(schedulerSchema)
    .from('backfill')
    .where({ dag_id: dagId, is_paused: false })
    .whereNull('completed_at')
    .first<{ id: number; max_active_runs: number; run_backwards: boolean } | undefined>('*');
  if (backfill === undefined) return [];
  const running = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ backfill_id: backfill.id, state: 'running' })
    .count<{ count: string }[]>('* as count');
  const free = backfill.max_active_runs - Number(running[0]?.count ?? 0);
  if (free <= 0) return [];
  const next = queued(trx, dagId)
    .where('backfill_id', backfill.id)
    .orderBy('run_after', backfill.run_backwards ? 'desc' : 'asc')
    .limit(free);
  return await start(trx, { dagId, runIds: next, now });
}

function queued(trx: Knex, dagId: string): Knex.QueryBuilder {
  return trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, state: 'queued' })
    .select('run_id');
}

async function start(
  trx: Knex,
  { dagId, runIds, now }: { dagId: string; runIds: Knex.QueryBuilder; now: Date },
): Promise<readonly DagRun[]> {
  const started: DagRunRow[] = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where({ dag_id: dagId, state: 'queued' })
    .whereIn('run_id', runIds)
    .update({ state: 'running', start_date: now })
    .returning('*');
  return started.map(toDagRun);
}
