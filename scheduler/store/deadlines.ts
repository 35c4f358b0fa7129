import type { Knex } from 'knex';
import { queueCallbacks } from './dag-callbacks.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** So many at one go; a pass finds the rest. */
const mostAtOnce = 100;

/**
 * Records the deadlines that runs of these DAGs have missed, each once, and makes their callbacks due. Read from an
 * index of those that are not decided; a run that somebody holds is left to the next look.
 */
export async function recordMissedDeadlines(
  db: Knex,
  { dagIds, now }: { readonly dagIds: readonly string[]; readonly now: Date },
): Promise<readonly DagRun[]> {
  return await db.transaction(async (trx) => {
    const missed: { rows: DagRunRow[] } = await trx.raw(
      `with late as (
         select dag_id, run_id from scheduler.dag_run
          where deadline_at < :now and deadline_outcome is null and dag_id = any(:dagIds)
          order by deadline_at limit ${mostAtOnce}
            for no key update skip locked
       )
       update scheduler.dag_run run set deadline_outcome = 'missed'
         from late where run.dag_id = late.dag_id and run.run_id = late.run_id
       returning run.*`,
      { now, dagIds: [...dagIds] },
    );
    const runs = missed.rows.map(toDagRun);
    await queueCallbacks(
      trx,
      runs.map((run) => ({ kind: 'deadline', run: { ...run, reason: reasonOf(run) } })),
    );
    return runs;
  });
}

function reasonOf({ deadlineAt }: DagRun): string {
  return `it had not succeeded by ${deadlineAt?.toISOString() ?? 'its deadline'}`;
}
