import type { TaskDecision } from './run-plan.ts';
import type { LimitsInUse } from './slots.ts';

/** Counts what is handed out while several runs are planned at one go. */
export interface SlotLedger {
  /** Attempts that this scheduler may still start. */
  readonly freeSlots: () => number;
  /** Of everything that limits tasks of a DAG, what is in use now. */
  readonly limitsOf: (dagId: string) => LimitsInUse;
  /** Counts what a plan starts, before the next run is planned. */
  readonly take: (dagId: string, decisions: readonly TaskDecision[]) => void;
}

/** What one active instance of a task takes of which pool. */
export type PoolShare = (dagId: string, taskId: string) => { readonly pool: string; readonly slots: number };

/** How many active instances a task has over all runs. */
export interface ActiveCount {
  readonly dagId: string;
  readonly taskId: string;
  readonly count: number;
}

/** Begins with what was counted in the store; pure but for its own counters. */
export function createSlotLedger(input: {
  readonly freeSlots: number;
  /** Slots of each pool, by name. */
  readonly pools: ReadonlyMap<string, number>;
  readonly active: readonly ActiveCount[];
  readonly shareOf: PoolShare;
}): SlotLedger {
  let free = input.freeSlots;
  const used = new Map<string, number>();
  const ofDag = new Map<string, Map<string, number>>();
  const add = (dagId: string, taskId: string, count: number): void => {
    const { pool, slots } = input.shareOf(dagId, taskId);
    used.set(pool, (used.get(pool) ?? 0) + slots * count);
    const ofTask = ofDag.get(dagId) ?? new Map<string, number>();
    ofTask.set(taskId, (ofTask.get(taskId) ?? 0) + count);
    ofDag.set(dagId, ofTask);
  };
  for (const { dagId, taskId, count } of input.active) add(dagId, taskId, count);
  return {
    freeSlots: () => free,
    limitsOf: (dagId) => ({
      pools: new Map(
        [...input.pools].map(([pool, slots]) => [pool, { slots, used: used.get(pool) ?? 0 }] as const),
      ),
      activeOfTask: ofDag.get(dagId) ?? new Map(),
    }),
    take: (dagId, decisions) => {
      for (const { to, taskId } of decisions) {
        if (to !== 'queued') continue;
        free -= 1;
        add(dagId, taskId, 1);
      }
    },
  };
}
