import type { EngineContext } from '../context.ts';
import { relationKind } from '../materialize/shape.ts';
import { feedTable, stateTable } from '../warehouse/relations.ts';
import { standingOfTable } from './standing.ts';
import type { Standing } from './standing.ts';
import { mustHaveAllRaw, prepareModels } from './winners.ts';
import type { NewBatches, Pending, Prepared } from './winners.ts';

/** Winners, and the table and feed that they are to get into. */
export interface Fitting {
  readonly prepared: Prepared;
  readonly standing: Standing;
}

/**
 * Computes the winners of every pending model. Where DDL commits by itself a table or a feed can be missing or have
 * other columns, though the definition is the one it was made by: rows are merged by position, so that such a model is
 * made anew instead.
 */
export async function prepareFitting(
  context: EngineContext,
  run: string,
  batches: NewBatches,
  pending: readonly Pending[],
): Promise<Fitting[]> {
  const there = await Promise.all(pending.map((each) => rebuiltIfAbsent(context, each)));
  const fitting = await fittingOf(context, run, await prepareModels(context, run, batches, there));
  const isMisfit = ({ prepared, standing }: Fitting): boolean =>
    !prepared.isRebuild && standing !== 'transactional' && standing.table === 'other';
  const misfits = fitting.filter(isMisfit).map(({ prepared }) => prepared.model);
  if (misfits.length === 0) return fitting;
  for (const model of misfits) await mustHaveAllRaw(context, model);
  const whole = misfits.map((model) => ({ model, isRebuild: true }));
  const again = await fittingOf(context, run, await prepareModels(context, run, batches, whole));
  return [...fitting.filter((each) => !isMisfit(each)), ...again];
}

async function fittingOf(
  { warehouse }: EngineContext,
  run: string,
  all: readonly Prepared[],
): Promise<Fitting[]> {
  return await Promise.all(
    all.map(async (prepared) => ({ prepared, standing: await standingOfTable(warehouse, run, prepared) })),
  );
}

/** Winners are looked up beside the table, and the feed takes them: without either nothing can be merged. */
async function rebuiltIfAbsent(context: EngineContext, pending: Pending): Promise<Pending> {
  const { warehouse } = context;
  if (pending.isRebuild || warehouse.capabilities.transactionalDdl) return pending;
  const kinds = await Promise.all(
    [stateTable(pending.model), feedTable(pending.model)].map((each) => relationKind(warehouse, each)),
  );
  if (!kinds.includes(undefined)) return pending;
  await mustHaveAllRaw(context, pending.model);
  return { ...pending, isRebuild: true };
}
