import type { Knex } from 'knex';
import type { RunKey } from './rows.ts';

/** How long finished runs are kept. A run goes once either says so. */
export interface RetentionPolicy {
  /** Days since it ended. */
  readonly days: number;
  /** So many of the newest runs of each DAG. */
  readonly runs: number;
}

/**
 * Runs that something still asks for, whatever their age: before each run that is not over, and before the one to come,
 * the run that dependsOnPast looks at (by either of its two rules), and the newest success that sensors ask about.
 */
const needed = `
  needed as (
    select anchor.dag_id, earlier.run_id
      from (select dag_id, run_after from scheduler.dag_run where state in ('queued', 'running')
            union all select dag_id, 'infinity' from scheduler.dag) as anchor,
      lateral (
        (select run_id from scheduler.dag_run run
          where run.dag_id = anchor.dag_id and run.run_after < anchor.run_after
          order by run.run_after desc limit 1)
        union all
        (select run_id from scheduler.dag_run run
          where run.dag_id = anchor.dag_id and run.run_after < anchor.run_after and run.run_type <> 'manual'
          order by run.run_after desc limit 1)
        union all
        (select run_id from scheduler.dag_run run
          where run.dag_id = anchor.dag_id and run.state = 'success'
          order by run.start_date desc limit 1)
      ) as earlier
  )`;

const expired = {
  age: { also: '', on: 'where run.end_date < :before' },
  // Once for each DAG, not for each run. A DAG that has no more than it may keep has no run at that offset.
  count: {
    also: `, cutoff as materialized (
      select dag.dag_id, (select run_after from scheduler.dag_run run where run.dag_id = dag.dag_id
                           order by run_after desc offset :last limit 1) as at
        from scheduler.dag dag)`,
    on: 'join cutoff on cutoff.dag_id = run.dag_id and run.run_after < cutoff.at where true',
  },
} as const;

const doomed = (by: keyof typeof expired): string => `
  with ${needed}${expired[by].also}
  select run.dag_id as "dagId", run.run_id as "runId" from scheduler.dag_run run ${expired[by].on}
     and run.state in ('success', 'failed') and run.backfill_id is null
     and not exists (select from needed where needed.dag_id = run.dag_id and needed.run_id = run.run_id)
   order by run.end_date limit :limit`;

/** Finished runs that ended before an instant and that nothing needs any more, the oldest first. */
export async function listExpired(
  db: Knex,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<readonly RunKey[]> {
  const found: { rows: RunKey[] } = await db.raw(doomed('age'), { before, limit });
  return found.rows;
}

/** Deletes one batch of them with all that belongs to them; resolves to what is gone. Schedulers share the work. */
export async function deleteExpired(
  db: Knex,
  input: { readonly before: Date; readonly limit: number; readonly keepRuns?: number | undefined },
): Promise<readonly RunKey[]> {
  const { before, limit, keepRuns } = input;
  return await db.transaction(async (trx) => {
    const old = await deleteDoomed(trx, 'age', { before, limit });
    const left = limit - old.length;
    if (keepRuns === undefined || left === 0) return old;
    return [...old, ...(await deleteDoomed(trx, 'count', { last: keepRuns - 1, limit: left }))];
  });
}

async function deleteDoomed(
  trx: Knex,
  by: keyof typeof expired,
  bindings: Readonly<Record<string, Date | number>>,
): Promise<readonly RunKey[]> {
  const found: { rows: RunKey[] } = await trx.raw(`${doomed(by)} for update of run skip locked`, bindings);
  if (found.rows.length === 0) return [];
  await trx.raw(
    `delete from scheduler.dag_run run
      using jsonb_to_recordset(:keys::jsonb) as gone ("dagId" text, "runId" text)
      where run.dag_id = gone."dagId" and run.run_id = gone."runId"`,
    { keys: JSON.stringify(found.rows) },
  );
  return found.rows;
}

/** Deletes one batch of asset events that are old, answered, and not the newest of their asset. */
export async function deleteOldEvents(
  db: Knex,
  { before, limit }: { readonly before: Date; readonly limit: number },
): Promise<number> {
  const result: { rowCount: number } = await db.raw(
    `delete from scheduler.asset_event where id in (
       select event.id from scheduler.asset_event event
        where event.created_at < :before
          and not exists (select from scheduler.asset_event_queue queue where queue.event_id = event.id)
          and exists (select from scheduler.asset_event newer
                       where newer.asset = event.asset and newer.created_at > event.created_at)
        order by event.created_at limit :limit for update skip locked)`,
    { before, limit },
  );
  return result.rowCount;
}
