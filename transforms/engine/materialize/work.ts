import type { EngineContext } from '../context.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation } from '../warehouse/relations.ts';
import type { DeltaPart } from '../warehouse/relations.ts';
import { changedRows } from './delta.ts';
import type { BuildRun, ModelDelta } from './delta.ts';
import type { ModelPlan } from './model-plan.ts';
import { dayBounds, dayItems } from './prune-by.ts';

/** One model to compute in one run. */
export interface Work {
  readonly context: EngineContext;
  readonly run: BuildRun;
  readonly model: Model;
  readonly plan: Exclude<ModelPlan, { kind: 'skip' }>;
  readonly fingerprint: string;
}

/** A working relation of this model in this run. */
export function partOf({ model, run }: Work, part: DeltaPart): string {
  if (part === 'removed' || part === 'added') return changedRows(run, model, part);
  return deltaRelation(model, part, run.id);
}

/** Counts `removed` and `added`, which must be there, and makes the delta of them; `pruneBy` is a column of both. */
export async function rowsDelta(
  work: Work,
  write: ModelDelta['write'],
  pruneBy?: string,
): Promise<ModelDelta> {
  const { context, model, fingerprint } = work;
  const items = [
    `(select count(*) from ${partOf(work, 'removed')}) as removed`,
    `(select count(*) from ${partOf(work, 'added')}) as added`,
    ...(pruneBy === undefined ? [] : [dayItems(partOf(work, 'removed'), pruneBy)]),
  ];
  const [row] = await context.warehouse.query(`select ${items.join(', ')}`);
  const removedDays = pruneBy === undefined ? undefined : dayBounds(pruneBy, row);
  return {
    model,
    kind: 'incremental',
    fingerprint,
    removed: Number(row?.['removed'] ?? 0),
    added: Number(row?.['added'] ?? 0),
    ...(removedDays === undefined ? {} : { removedDays }),
    ...(write === undefined ? {} : { write }),
  };
}
