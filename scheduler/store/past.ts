import type { Knex } from 'knex';
import { liveStates } from '../core/mapping.ts';
import { looksBack } from '../core/past.ts';
import type { PastRun } from '../core/past.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { readKnownInstances } from './instances.ts';
import { schedulerSchema } from './migrations.ts';
import type { DagRun } from './rows.ts';

/** The run before this one, where any task asks for it: with catchup the one before that nobody started by hand. */
export async function readPast(db: Knex, run: DagRun, dag: LoadedDag): Promise<PastRun> {
  if (!dag.definition.tasks.some(looksBack)) return null;
  const { dagId, catchup } = dag.definition;
  const earlier = db
    .withSchema(schedulerSchema)
    .from('dag_run')
    .where('dag_id', dagId)
    .where('run_after', '<', run.runAfter)
    .orderBy('run_after', 'desc');
  if (catchup) void earlier.whereNot('run_type', 'manual');
  const previous = await earlier.first<{ run_id: string } | undefined>('run_id');
  if (previous === undefined) return null;
  const states = liveStates(
    dag,
    (await readKnownInstances(db, [{ dagId, runId: previous.run_id }]))[0] ?? [],
  );
  return { runId: previous.run_id, states, seenBefore: await seenBefore(db, run, dag, states) };
}

/** Tasks that the run before lacks and one before that had: they were taken out and put in again. */
async function seenBefore(
  db: Knex,
  run: DagRun,
  { definition }: LoadedDag,
  states: ReadonlyMap<string, unknown>,
): Promise<ReadonlySet<string>> {
  const missing = definition.tasks.filter((task) => looksBack(task) && !states.has(task.taskId));
  if (missing.length === 0) return new Set();
  const rows: { task_id: string }[] = await db
    .withSchema(schedulerSchema)
    .from('task_instance as ti')
    .join('dag_run as run', { 'run.dag_id': 'ti.dag_id', 'run.run_id': 'ti.run_id' })
    .where('ti.dag_id', definition.dagId)
    .where('run.run_after', '<', run.runAfter)
    .whereIn(
      'ti.task_id',
      missing.map((task) => task.taskId),
    )
    .distinct('ti.task_id');
  return new Set(rows.map((row) => row.task_id));
}
