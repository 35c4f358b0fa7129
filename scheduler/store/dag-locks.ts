import type { Knex } from 'knex';
import { schedulerSchema } from './migrations.ts';

/** What the store keeps of a DAG's schedule. */
export interface DagRow {
  readonly dag_id: string;
  readonly is_paused: boolean;
  readonly last_interval_start: Date | null;
  readonly last_interval_end: Date | null;
  readonly next_dagrun_create_after: Date | null;
}

/** The rows of DAGs, by id; without those that another scheduler has. Nobody waits here, so no order matters. */
export async function lockDags(trx: Knex, dagIds: readonly string[]): Promise<ReadonlyMap<string, DagRow>> {
  const rows: DagRow[] = await trx
    .withSchema(schedulerSchema)
    .from('dag')
    .whereIn('dag_id', [...dagIds])
    .forNoKeyUpdate()
    .skipLocked()
    .select('*');
  return new Map(rows.map((row) => [row.dag_id, row]));
}

/** Runs of DAGs in these states that count towards their limits: those of a backfill have one of their own. */
export async function countActive(
  trx: Knex,
  dagIds: readonly string[],
  states: readonly string[],
): Promise<(dagId: string) => number> {
  const rows = await trx
    .withSchema(schedulerSchema)
    .from('dag_run')
    .whereIn('dag_id', [...dagIds])
    .whereIn('state', [...states])
    .whereNull('backfill_id')
    .groupBy('dag_id')
    .select<{ dag_id: string; count: number }[]>('dag_id', trx.raw('count(*)::int as count'));
  const counts = new Map(rows.map(({ dag_id: dagId, count }) => [dagId, count]));
  return (dagId) => counts.get(dagId) ?? 0;
}
