import type { EngineContext } from '../context.ts';
import { parseSeed } from '../materialize/seed-csv.ts';
import { load } from '../materialize/seed.ts';
import type { Model } from '../project/model.ts';

/** Fills a new relation with the rows of a seed's file, as its project read it; a bad row is an error of its line. */
export async function createSeed(
  context: EngineContext,
  run: string,
  model: Model,
  relation: string,
): Promise<void> {
  const { materialization } = model;
  if (materialization.kind !== 'seed') throw new Error(`${model.name} is no seed`);
  const { columnTypes, delimiter } = materialization;
  await load(
    {
      context,
      model,
      // Loading looks at the model and the warehouse alone: nothing here is published.
      run: {
        id: run,
        version: 0n,
        stageStep: 0n,
        deltas: new Map(),
        consumed: new Map(),
        together: new Set(),
      },
      plan: { kind: 'full', reason: 'compared', cause: 'first' },
      fingerprint: '',
    },
    parseSeed(model.file, model.rawCode, columnTypes, delimiter),
    relation,
  );
}
