import { describeRelation, isSameShape } from '../materialize/shape.ts';
import type { Column } from '../materialize/shape.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { deltaRelation, feedTable, stateTable } from '../warehouse/relations.ts';
import type { Prepared } from './winners.ts';

/** A relation that is absent, has the columns that are needed, or has others. */
type Fit = 'none' | 'same' | 'other';

/** How a model's table and feed stand to its winners; of no interest where DDL is part of the transaction. */
export type Standing = 'transactional' | { readonly table: Fit; readonly feed: Fit };

/** Asks for columns only where DDL commits by itself, and so has to be told apart from the rows. */
export async function standingOfTable(
  warehouse: Warehouse,
  run: string,
  { model }: Prepared,
): Promise<Standing> {
  if (warehouse.capabilities.transactionalDdl) return 'transactional';
  const [winners = [], table, feed] = await Promise.all(
    [deltaRelation(model, 'winners', run), stateTable(model), feedTable(model)].map((relation) =>
      describeRelation(warehouse, relation),
    ),
  );
  // A feed ends in _step and _image.
  return { table: fitOf(table, winners), feed: fitOf(feed?.slice(0, -2), winners) };
}

function fitOf(found: readonly Column[] | undefined, wanted: readonly Column[]): Fit {
  if (found === undefined) return 'none';
  return isSameShape(found, wanted) ? 'same' : 'other';
}
