import type { Knex } from 'knex';
import { defaultPool, defaultPoolSlots, hasOuterLimit } from '../core/slots.ts';
import type { ActiveCount, PoolShare } from '../core/slot-ledger.ts';
import type { LoadedDag } from '../core/validate-dag.ts';
import { schedulerErrors } from '../errors.ts';
import type { ScheduledDag } from './dags.ts';
import { schedulerSchema } from './migrations.ts';

/** A pool: slots that tasks of any DAG share. */
export interface Pool {
  readonly pool: string;
  readonly slots: number;
  readonly description: string;
}

/** Reads it from the definitions; an instance of a task that is gone counts as one slot of the default pool. */
export function poolShareOf(dags: ReadonlyMap<string, ScheduledDag>): PoolShare {
  return (dagId, taskId) => {
    const task = dags.get(dagId)?.dag.tasks.get(taskId);
    return { pool: task?.pool ?? defaultPool, slots: task?.poolSlots ?? 1 };
  };
}

/** Every pool, by name. */
export async function listPools(db: Knex): Promise<readonly Pool[]> {
  return await db.withSchema(schedulerSchema).from('pool').orderBy('pool').select<Pool[]>('*');
}

/** Creates a pool or changes it. Fewer slots than are in use stop nothing: they fill up again once enough are free. */
export async function setPool(db: Knex, pool: Pool): Promise<void> {
  await db
    .withSchema(schedulerSchema)
    .into('pool')
    .insert({ ...pool })
    .onConflict('pool')
    .merge();
}

/** Removes a pool; tasks that still name it wait until it is there again. */
export async function deletePool(
  db: Knex,
  name: string,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<void> {
  const isDefault = name === defaultPool;
  const found = (await listPools(db)).some(({ pool }) => pool === name);
  if (found && !isDefault) {
    if (!dryRun) await db.withSchema(schedulerSchema).from('pool').where('pool', name).delete();
    return;
  }
  const message = isDefault ? `${defaultPool} cannot be removed` : `no pool ${name}`;
  throw schedulerErrors.error('POOL_NOT_FOUND', { message });
}

const limitsLockClass = 0x5c4ee;

/**
 * What is in use of everything that limits tasks of these DAGs. With `lock` nobody else reads it likewise before the
 * transaction ends, so that two schedulers do not both hand out what is left.
 */
export async function readLimits(
  db: Knex,
  dags: readonly LoadedDag[],
  { lock }: { readonly lock: boolean },
): Promise<{ readonly pools: ReadonlyMap<string, number>; readonly active: readonly ActiveCount[] }> {
  const found = await listPools(db);
  const hasLimits = dags.some((dag) => dag.definition.tasks.some(hasOuterLimit));
  const needsCount = hasLimits || found.some(isShortDefault);
  if (needsCount && lock) await db.raw('select pg_advisory_xact_lock(?, 0)', [limitsLockClass]);
  const pools = new Map(found.map(({ pool, slots }) => [pool, slots]));
  return { pools, active: needsCount ? await countActive(db) : [] };
}

/** The default pool as it is made cannot run out: no scheduler has so many slots. Counting it would slow every plan. */
const isShortDefault = ({ pool, slots }: Pool): boolean => pool === defaultPool && slots < defaultPoolSlots;

async function countActive(db: Knex): Promise<readonly ActiveCount[]> {
  const result: { rows: ActiveCount[] } = await db.raw(
    `select dag_id as "dagId", task_id as "taskId", count(*)::int as count from scheduler.task_instance
      where state in ('queued', 'running', 'restarting') group by dag_id, task_id`,
  );
  return result.rows;
}
