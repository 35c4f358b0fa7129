import type { Knex } from 'knex';
import type { RecordedDecision, SkipDecision } from '../core/skip-decision.ts';
import { schedulerSchema } from './migrations.ts';
import type { RunKey, TaskKey } from './rows.ts';

/** Airflow's key too. A value of a task lives until its next attempt begins, and so does its decision. */
const skipKey = 'skipmixin_key';

interface SkipValue {
  readonly decision: SkipDecision;
  readonly isCarriedOut: boolean;
}

/** Keeps what a task decided about the tasks below it; in the transaction of its success. */
export async function keepSkipDecision(trx: Knex, key: TaskKey, decision: SkipDecision): Promise<void> {
  const { dagId, runId, taskId } = key;
  const value: SkipValue = { decision, isCarriedOut: false };
  await trx
    .withSchema(schedulerSchema)
    .into('xcom')
    .insert({
      dag_id: dagId,
      run_id: runId,
      task_id: taskId,
      map_index: -1,
      key: skipKey,
      value: JSON.stringify(value),
    });
}

/** Every decision of a run that holds. */
export async function readSkipDecisions(
  db: Knex,
  { dagId, runId }: RunKey,
): Promise<readonly RecordedDecision[]> {
  const rows = await db
    .withSchema(schedulerSchema)
    .from('xcom')
    .where({ dag_id: dagId, run_id: runId, key: skipKey })
    .select<{ by: string; value: SkipValue }[]>('task_id as by', 'value');
  return rows.map(({ by, value }) => ({ by, ...value }));
}

/** Notes that the tasks of these decisions are skipped. */
export async function markCarriedOut(
  trx: Knex,
  { dagId, runId }: RunKey,
  decisions: readonly RecordedDecision[],
): Promise<void> {
  const open = decisions.filter((each) => !each.isCarriedOut);
  if (open.length === 0) return;
  await trx
    .withSchema(schedulerSchema)
    .from('xcom')
    .where({ dag_id: dagId, run_id: runId, key: skipKey })
    .whereIn(
      'task_id',
      open.map((each) => each.by),
    )
    .update({ value: trx.raw(`jsonb_set(value, '{isCarriedOut}', 'true')`) });
}
