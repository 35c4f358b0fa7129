import type { EngineContext } from '../context.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation } from '../warehouse/relations.ts';
import type { DeltaPart } from '../warehouse/relations.ts';
import type { BuildRun, ModelDelta } from './delta.ts';
import type { ModelPlan } from './model-plan.ts';

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
  return deltaRelation(model, part, run.id);
}

/** Counts `removed` and `added`, which must be there, and makes the delta of them. */
export async function rowsDelta(work: Work, write: ModelDelta['write']): Promise<ModelDelta> {
  const { context, model, fingerprint } = work;
  const [row] = await context.warehouse.query(
    `select (select count(*) from ${partOf(work, 'removed')}) as removed, (select count(*) from ${partOf(work, 'added')}) as added`,
  );
  return {
    model,
    kind: 'incremental',
    fingerprint,
    removed: Number(row?.['removed'] ?? 0),
    added: Number(row?.['added'] ?? 0),
    ...(write === undefined ? {} : { write }),
  };
}
