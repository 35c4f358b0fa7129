import type { AnyTask } from '../authoring/definition.ts';

/** What of the limits that reach beyond one run is used up; counted over every run of every DAG. */
export interface LimitsInUse {
  /** By name; a pool that is not here does not exist. */
  readonly pools: ReadonlyMap<string, { readonly slots: number; readonly used: number }>;
  /** Active instances of each task of this DAG, over all its runs. */
  readonly activeOfTask: ReadonlyMap<string, number>;
}

/** Hands out the right to run. */
export interface Slots {
  /** Takes what the task needs, or says in words what it waits for. */
  readonly take: (task: AnyTask) => string | undefined;
}

/** Counts down from what is free now; pure but for its own counters. */
export function createSlots(input: {
  /** Attempts that this scheduler may still start. */
  readonly free: number;
  /** Attempts of the run that hold a slot. */
  readonly active: number;
  readonly maxActiveTasks: number;
  readonly limits: LimitsInUse;
}): Slots {
  let { free, active } = input;
  const used = new Map([...input.limits.pools].map(([name, pool]) => [name, pool.used]));
  const ofTask = new Map(input.limits.activeOfTask);

  const missing = (task: AnyTask): string | undefined => {
    const pool = input.limits.pools.get(task.pool);
    const inPool = used.get(task.pool) ?? 0;
    const same = ofTask.get(task.taskId) ?? 0;
    if (active >= input.maxActiveTasks) return `its run has maxActiveTasks (${input.maxActiveTasks}) running`;
    if (task.maxActiveTisPerDag !== undefined && same >= task.maxActiveTisPerDag) {
      return `${same} of it run in other runs, as many as maxActiveTisPerDag allows`;
    }
    if (pool === undefined) return `there is no pool ${task.pool}`;
    if (task.poolSlots > pool.slots) {
      return `it wants ${task.poolSlots} slots and pool ${task.pool} has ${pool.slots} in all`;
    }
    if (inPool + task.poolSlots > pool.slots) {
      return `pool ${task.pool} has ${pool.slots - inPool} of ${pool.slots} slots free and it wants ${task.poolSlots}`;
    }
    return free <= 0 ? 'no slot of the scheduler is free' : undefined;
  };
  return {
    take: (task) => {
      const reason = missing(task);
      if (reason !== undefined) return reason;
      free -= 1;
      active += 1;
      used.set(task.pool, (used.get(task.pool) ?? 0) + task.poolSlots);
      ofTask.set(task.taskId, (ofTask.get(task.taskId) ?? 0) + 1);
      return undefined;
    },
  };
}

/** The pool of a task that names none, and how many slots it has unless told. */
export const defaultPool = 'default_pool';
export const defaultPoolSlots = 128;

/** Whether what other runs use can matter to a task: then planning has to count, which costs time. */
export function hasOuterLimit(task: AnyTask): boolean {
  return task.pool !== defaultPool || task.maxActiveTisPerDag !== undefined;
}
