import type { Knex } from 'knex';
import type { DagRunState } from '../core/states.ts';
import { toDagRun } from './rows.ts';
import type { DagRun, DagRunRow } from './rows.ts';

/** What a callback is called for. */
export type DagCallbackKind = 'success' | 'failure' | 'deadline';

/** A callback that is due. */
export interface DueCallback {
  readonly kind: DagCallbackKind;
  /** As it was then, whatever has happened to it since. */
  readonly run: DagRun;
}

/** Makes callbacks due, in the transaction that gives the reason for them. */
export async function queueCallbacks(trx: Knex, due: readonly DueCallback[]): Promise<void> {
  if (due.length === 0) return;
  const rows = due.map(({ kind, run: { dagId, runId, state, reason } }) => ({
    dag_id: dagId,
    run_id: runId,
    kind,
    state,
    reason,
  }));
  await trx.withSchema('scheduler').into('dag_callback').insert(rows);
}

interface ClaimedRow extends DagRunRow {
  readonly kind: DagCallbackKind;
  readonly then_state: DagRunState;
  readonly then_reason: string | null;
}

/** Takes callbacks of these DAGs. What is taken is gone, so that it is called at most once, and by one scheduler. */
export async function claimCallbacks(db: Knex, dagIds: readonly string[]): Promise<readonly DueCallback[]> {
  const claimed: { rows: ClaimedRow[] } = await db.raw(
    `with due as (
       select id from scheduler.dag_callback where dag_id = any(?) order by id limit 100 for update skip locked
     ), claimed as (
       delete from scheduler.dag_callback callback using due where callback.id = due.id returning callback.*
     )
     select run.*, claimed.kind, claimed.state as then_state, claimed.reason as then_reason
       from claimed join scheduler.dag_run run using (dag_id, run_id)
      order by claimed.id`,
    [[...dagIds]],
  );
  return claimed.rows.map(({ kind, then_state: state, then_reason: reason, ...row }) => ({
    kind,
    run: { ...toDagRun(row), state, reason },
  }));
}
