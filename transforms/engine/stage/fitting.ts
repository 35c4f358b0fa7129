import type { EngineContext } from '../context.ts';
import type { Model } from '../project/model.ts';
import { describeStanding } from '../materialize/standing-shapes.ts';
import { feedTable, stateTable } from '../warehouse/relations.ts';
import { standingsOf } from './standing.ts';
import type { Standing } from './standing.ts';
import type { NewBatches } from './batches.ts';
import { anew, mustHaveAllRaw } from './pending.ts';
import type { Pending } from './pending.ts';
import { prepareModels } from './winners.ts';
import type { Prepared } from './winners.ts';

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
  const absent = await absentOf(context, pending);
  const there = await anew(context, batches, pending, absent);
  const fitting = await fittingOf(context, run, await prepareModels(context, run, batches, there));
  const isMisfit = ({ prepared, standing }: Fitting): boolean =>
    !prepared.isRebuild && standing !== 'transactional' && standing.table === 'other';
  const misfits = fitting.filter(isMisfit).map(({ prepared }) => prepared.model);
  if (misfits.length === 0) return fitting;
  for (const model of misfits) await mustHaveAllRaw(context, model);
  const misfitting = there.filter(({ model }) => misfits.includes(model));
  const whole = await anew(context, batches, misfitting, misfits);
  const again = await fittingOf(context, run, await prepareModels(context, run, batches, whole));
  return [...fitting.filter((each) => !isMisfit(each)), ...again];
}

async function fittingOf(context: EngineContext, run: string, all: readonly Prepared[]): Promise<Fitting[]> {
  const standings = await standingsOf(
    context,
    run,
    all.map(({ model }) => model),
  );
  return all.map((prepared, index) => ({ prepared, standing: standings[index] ?? 'transactional' }));
}

/** Winners are looked up beside the table, and the feed takes them: without either nothing can be merged. */
async function absentOf(context: EngineContext, pending: readonly Pending[]): Promise<Model[]> {
  const { warehouse } = context;
  if (warehouse.capabilities.transactionalDdl) return [];
  const found = await Promise.all(
    pending.map(async ({ model, isRebuild }) => {
      if (isRebuild) return [];
      const both = [stateTable(model), feedTable(model)];
      const columns = await Promise.all(both.map((each) => describeStanding(context, each)));
      return columns.includes(undefined) ? [model] : [];
    }),
  );
  const absent = found.flat();
  for (const model of absent) await mustHaveAllRaw(context, model);
  return absent;
}
