import type { EngineContext } from '../context.ts';
import { describeRelations, isSameShape } from '../materialize/shape.ts';
import type { Column } from '../materialize/shape.ts';
import { describeStanding } from '../materialize/standing-shapes.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, feedTable, stateTable } from '../warehouse/relations.ts';

/** A relation that is absent, has the columns that are needed, or has others. */
type Fit = 'none' | 'same' | 'other';

/** How a model's table and feed stand to its winners; of no interest where DDL is part of the transaction. */
export type Standing = 'transactional' | { readonly table: Fit; readonly feed: Fit };

/** Asks for columns only where DDL commits by itself, and so has to be told apart from the rows: once for all models. */
export async function standingsOf(
  context: EngineContext,
  run: string,
  models: readonly Model[],
): Promise<Standing[]> {
  const { warehouse } = context;
  if (warehouse.capabilities.transactionalDdl) return models.map(() => 'transactional');
  const winners = await describeRelations(
    warehouse,
    models.map((model) => deltaRelation(model, 'winners', run)),
  );
  return await Promise.all(
    models.map(async (model) => {
      const wanted = winners.get(deltaRelation(model, 'winners', run).toLowerCase()) ?? [];
      const table = await describeStanding(context, stateTable(model));
      const feed = await describeStanding(context, feedTable(model));
      // A feed ends in _step and _image.
      return { table: fitOf(table, wanted), feed: fitOf(feed?.slice(0, -2), wanted) };
    }),
  );
}

function fitOf(found: readonly Column[] | undefined, wanted: readonly Column[]): Fit {
  if (found === undefined) return 'none';
  return isSameShape(found, wanted) ? 'same' : 'other';
}
