import type { Knex } from 'knex';
import { defaultPool, defaultPoolSlots, hasOuterLimit } from '../core/slots.ts';
import type { LimitsInUse } from '../core/slots.ts';
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

/** What one active instance of a task takes of which pool. */
export type PoolShare = (dagId: string, taskId: string) => { readonly pool: string; readonly slots: number };

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
export async function deletePool(db: Knex, name: string): Promise<void> {
  const isDefault = name === defaultPool;
  const gone = isDefault ? 0 : await db.withSchema(schedulerSchema).from('pool').where('pool', name).delete();
  if (gone > 0) return;
  const message = isDefault ? `${defaultPool} cannot be removed` : `no pool ${name}`;
  throw schedulerErrors.error('POOL_NOT_FOUND', { message });
}

const limitsLockClass = 0x5c4ee;

/**
 * What is in use of everything that limits tasks of this DAG. With `lock` nobody else reads it likewise before the
 * transaction ends, so that two schedulers do not both hand out what is left.
 */
export async function readLimits(
  db: Knex,
  dag: LoadedDag,
  { shareOf, lock }: { readonly shareOf: PoolShare; readonly lock: boolean },
): Promise<LimitsInUse> {
  const pools = await listPools(db);
  const needsCount = dag.definition.tasks.some(hasOuterLimit) || pools.some(isShortDefault);
  if (needsCount && lock) await db.raw('select pg_advisory_xact_lock(?, 0)', [limitsLockClass]);
  const usedOfPool = new Map<string, number>();
  const activeOfTask = new Map<string, number>();
  for (const { dagId, taskId, count } of needsCount ? await countActive(db) : []) {
    const { pool, slots } = shareOf(dagId, taskId);
    usedOfPool.set(pool, (usedOfPool.get(pool) ?? 0) + slots * count);
    if (dagId === dag.definition.dagId) activeOfTask.set(taskId, count);
  }
  const inUse = pools.map(({ pool, slots }) => [pool, { slots, used: usedOfPool.get(pool) ?? 0 }] as const);
  return { pools: new Map(inUse), activeOfTask };
}

/** The default pool as it is made cannot run out: no scheduler has so many slots. Counting it would slow every plan. */
const isShortDefault = ({ pool, slots }: Pool): boolean => pool === defaultPool && slots < defaultPoolSlots;

async function countActive(
  db: Knex,
): Promise<readonly { readonly dagId: string; readonly taskId: string; readonly count: number }[]> {
  const result: { rows: { dagId: string; taskId: string; count: number }[] } = await db.raw(
    `select dag_id as "dagId", task_id as "taskId", count(*)::int as count from scheduler.task_instance
      where state in ('queued', 'running', 'restarting') group by dag_id, task_id`,
  );
  return result.rows;
}
