import { uniqueKeyOf } from '../checks/keys.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { rowsByKey } from '../materialize/difference.ts';
import { countRows, relationKind } from '../materialize/shape.ts';
import type { Model } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { DeltaPart } from '../warehouse/relations.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { rowKeyOf } from './keep-rows.ts';

/**
 * Adds to a delta of dbt's strategies the rows that the model only keeps: their SELECT says nothing of them, and they
 * must go once no held-back mart refers to them any more. Those that one does refer to stay, as whatever is removed.
 * `delta` is undefined where no input had changed, so that nothing was computed.
 */
export async function withOrphans(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  delta: ModelDelta | undefined,
): Promise<ModelDelta | undefined> {
  // A table that gets other columns is replaced by a select of its own; they go with a later build. Of a model that has
  // lost its unique key nobody can tell which rows they are.
  if (delta?.kind === 'full' || uniqueKeyOf(model).length === 0) return delta;
  const part = (name: DeltaPart): string => deltaRelation(model, name, run.id);
  if (delta === undefined) {
    await context.warehouse.execute(
      `create or replace table ${part('select')} as select * from ${publishedRelation(model)} limit 0`,
    );
  }
  const orphans = `select * from ${publishedRelation(model)}
    where ${rowKeyOf(model)} in (select row_key from _meta.kept_row where model = '${model.name}')
      and ${rowKeyOf(model)} not in (select ${rowKeyOf(model)} from ${part('select')})`;
  const count = await countRows(context.warehouse, `(${orphans}) as orphans`);
  if (count === 0) return delta;
  await addRemoved(context, run, model, { orphans, isFirst: delta === undefined });
  const { write, ...computed } = delta ?? bare(context, model);
  const match = write?.how === 'rows' ? write.match : uniqueKeyOf(model);
  await context.warehouse.execute(
    `create or replace view ${part('current')} as ${rowsByKey(publishedRelation(model), match, part('removed'), 'not among')}
     union all select * from ${part('added')}`,
  );
  return {
    ...computed,
    removed: computed.removed + count,
    write: write ?? {
      how: 'rows',
      match,
      columns: undefined,
      before: [],
      isNewFeed: false,
      isTouched: false,
    },
  };
}

function bare(context: EngineContext, model: Model): ModelDelta {
  return {
    model,
    kind: 'incremental',
    fingerprint: fingerprintOf(context, model.name),
    removed: 0,
    added: 0,
  };
}

/** Puts orphans into the relation `removed`, as a table of which kept rows can be taken out again. */
async function addRemoved(
  { warehouse }: EngineContext,
  run: BuildRun,
  model: Model,
  { orphans, isFirst }: { readonly orphans: string; readonly isFirst: boolean },
): Promise<void> {
  const removed = deltaRelation(model, 'removed', run.id);
  if (isFirst) {
    const added = deltaRelation(model, 'added', run.id);
    await warehouse.execute(`create or replace table ${removed} as ${orphans}`);
    await warehouse.execute(`create or replace table ${added} as select * from ${removed} limit 0`);
    return;
  }
  if ((await relationKind(warehouse, removed)) === 'table') {
    await warehouse.execute(`insert into ${removed} ${orphans}`);
    return;
  }
  // An append removes nothing, and shows that by a view of no rows.
  await warehouse.execute(`drop view ${removed}`);
  await warehouse.execute(`create or replace table ${removed} as ${orphans}`);
}
