import type { Knex } from 'knex';
import type { AnyDag } from '../authoring/definition.ts';
import { deadlineOf } from '../core/deadline.ts';
import type { NewDagRun } from '../core/plan-dag.ts';
import { schedulerSchema } from './migrations.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** A run to be written. */
export interface RunToInsert {
  readonly definition: Pick<AnyDag, 'dagId' | 'deadline'>;
  readonly run: Omit<NewDagRun, 'consumes'>;
  readonly conf: Readonly<Record<string, unknown>>;
}

/** Inserts runs in state queued; without those whose id or logical date their DAG already has. */
export async function insertRuns(
  db: Knex,
  runs: readonly RunToInsert[],
  now: Date,
): Promise<readonly DagRun[]> {
  if (runs.length === 0) return [];
  const rows: DagRunRow[] = await db
    .withSchema(schedulerSchema)
    .into('dag_run')
    .insert(
      runs.map(({ definition, run, conf }) => ({
        dag_id: definition.dagId,
        run_id: run.runId,
        run_type: run.runType,
        state: 'queued',
        logical_date: run.logicalDate,
        data_interval_start: run.dataIntervalStart,
        data_interval_end: run.dataIntervalEnd,
        run_after: run.runAfter,
        conf: JSON.stringify(conf),
        queued_at: now,
        deadline_at: deadlineOf(definition.deadline, { queuedAt: now, logicalDate: run.logicalDate }),
      })),
    )
    .onConflict()
    .ignore()
    .returning('*');
  return rows.map(toDagRun);
}
