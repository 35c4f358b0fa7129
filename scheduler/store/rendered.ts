import type { Knex } from 'knex';
import type { RecordedFields } from '../templates/renderer.ts';
import { schedulerSchema } from './migrations.ts';
import type { InstanceKey } from './rows.ts';

/** What was kept of an attempt's templates. */
export interface RenderedAttempt {
  readonly tryNumber: number;
  readonly fields: RecordedFields;
}

/** Keeps what the templates of an attempt came to. */
export async function recordRendered(db: Knex, token: string, fields: RecordedFields): Promise<void> {
  await db
    .withSchema(schedulerSchema)
    .from('task_attempt')
    .where({ token })
    .update({ rendered: JSON.stringify(fields) });
}

/** Of the newest attempt that got so far, or of the newest with that number; undefined where there is none. */
export async function readRendered(
  db: Knex,
  { dagId, runId, taskId, mapIndex }: InstanceKey,
  tryNumber?: number,
): Promise<RenderedAttempt | undefined> {
  const query = db
    .withSchema(schedulerSchema)
    .from('task_attempt')
    .where({ dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex })
    .whereNotNull('rendered')
    .orderBy([
      { column: 'try_number', order: 'desc' },
      { column: 'queued_at', order: 'desc' },
    ]);
  if (tryNumber !== undefined) void query.where('try_number', tryNumber);
  const row = await query.first<{ try_number: number; rendered: RecordedFields } | undefined>('*');
  return row === undefined ? undefined : { tryNumber: row.try_number, fields: row.rendered };
}
