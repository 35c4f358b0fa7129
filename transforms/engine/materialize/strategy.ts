import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { feedFits, wholeRow, withCurrent, writeDifference } from './compare.ts';
import { mustMeetConstraints } from './constraints.ts';
import { describeModel, mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { runScope } from './delta.ts';
import type { ModelDelta } from './delta.ts';
import { keyColumns, rowsByKey, sameKeys, withKeys } from './difference.ts';
import { mergeConfig } from './merge-config.ts';
import { mustHaveFitKeys, mustKnowKeys, strategyKeys } from './merge-keys.ts';
import { createFromModel } from './model-statement.ts';
import { reshaped } from './reshape.ts';
import type { Match } from './reshape.ts';
import { asTargetColumn, inTableShape, resolveSchemaChange } from './schema-change.ts';
import type { SchemaChange } from './schema-change.ts';
import type { Column } from './shape.ts';
import { describeStanding } from './standing-shapes.ts';
import { renderStatement } from './statement.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

/**
 * dbt's incremental strategies: the SELECT says which rows are new (is_incremental(), this), the strategy what they do
 * to the table. append: they join it. merge: each replaces the row of its key. delete+insert: they replace all rows of
 * their keys. The outcome is written as removed and added rows, as for every other kind; undefined where the table is
 * not there yet.
 */
export async function computeStrategy(work: Work): Promise<ModelDelta | undefined> {
  const { context, run, model } = work;
  const production = publishedRelation(model);
  const table = await describeStanding(context, production);
  if (table === undefined) return undefined;
  const scope = { ...runScope(context, run), isIncremental: true, self: production };
  const sql = await renderStatement(context.project, model.name, scope);
  const select = await describeModel(work, sql);
  await mustKeepContract(work, sql, select);
  mustNotBreakReaders(work, table, select);
  mustKnowKeys(work, select);
  const change = resolveSchemaChange(model, table, select);
  await createFromModel(context, model, partOf(work, 'select'), sql);
  await mustHaveFitKeys(work, partOf(work, 'select'));
  const isReshaped = change.isChanged || !(await feedFits(work, table));
  const fresh = isReshaped ? partOf(work, 'added') : partOf(work, 'new');
  const old = isReshaped ? partOf(work, 'removed') : partOf(work, 'old');
  await createFromModel(context, model, old, replacedRows(work));
  await createFromModel(context, model, fresh, newRows(work, change, select));
  const match = matchOf(work);
  const delta = isReshaped ? await reshaped(work, change, table, match) : await sameShape(work, match(table));
  await mustMeetConstraints(work, partOf(work, 'added'));
  return delta;
}

type Strategy = 'append' | 'merge' | 'delete+insert';

/** Without a key nothing can be replaced, and rows are appended, as in dbt. */
function strategyOf(work: Work): Strategy {
  const { materialization } = work.model;
  if (materialization.kind !== 'incremental' || materialization.strategy === 'keys_touched') return 'append';
  return materialization.uniqueKey.length === 0 ? 'append' : materialization.strategy;
}

/** Rows of the table that the new ones replace. */
function replacedRows(work: Work): string {
  const production = publishedRelation(work.model);
  if (strategyOf(work) === 'append') return `select * from ${production} limit 0`;
  const { predicates } = mergeConfig(work.model);
  const destination =
    predicates.length === 0
      ? production
      : `(select * from ${production} as dbt_internal_dest where ${predicates.join(' and ')})`;
  return rowsByKey(destination, strategyKeys(work), partOf(work, 'select'), 'among');
}

/** The rows as they will stand in the table: its columns in its order; a merged row keeps what it does not update. */
function newRows(work: Work, change: SchemaChange, select: readonly Column[]): string {
  if (strategyOf(work) !== 'merge') return inTableShape(change, partOf(work, 'select'), select);
  const types = new Map(select.map(({ name, type }) => [name, type]));
  const { isUpdated } = mergeConfig(work.model);
  const columns = change.columns.map((column) => {
    const { name, from } = column;
    const quoted = quoteIdentifier(name);
    const old = `t.${quoted}`;
    if (from === 'table') return `${old} as ${quoted}`;
    const source = asTargetColumn('s', column, types);
    const isKept = from === 'select' && !isUpdated(name);
    return `${isKept ? `case when t._is_found then ${old} else ${source} end` : source} as ${quoted}`;
  });
  const keys = strategyKeys(work);
  return `select ${columns.join(', ')} from ${withKeys(partOf(work, 'select'), keys)} as s
    left join (select *, ${keyColumns(keys)}, true as _is_found from (${replacedRows(work)}) as old_rows) as t
      on ${sameKeys(keys, 's', 't')}`;
}

/**
 * What tells the rows that go from those that stay. Predicates leave rows of a key where they are, so that the key does
 * not tell; nor may the predicates be asked again, which may name the time.
 */
function matchOf(work: Work): Match {
  const isByKey = strategyOf(work) !== 'append' && mergeConfig(work.model).predicates.length === 0;
  return isByKey ? () => strategyKeys(work) : wholeRow;
}

/** The usual case: only rows that really differ are removed and added. */
async function sameShape(work: Work, match: readonly string[]): Promise<ModelDelta> {
  if (strategyOf(work) === 'append') await showUnchanged(work);
  else await writeDifference(work, partOf(work, 'old'), partOf(work, 'new'), strategyKeys(work));
  const delta = await rowsDelta(work, {
    how: 'rows',
    match,
    columns: undefined,
    before: [],
    isNewFeed: false,
    isTouched: false,
  });
  return await withCurrent(work, delta, match);
}

/** All rows that an append selects are added; there is nothing that they could be compared with. */
async function showUnchanged(work: Work): Promise<void> {
  for (const [part, from] of [
    ['removed', 'old'],
    ['added', 'new'],
  ] as const) {
    await work.context.warehouse.execute(
      `create or replace view ${partOf(work, part)} as select * from ${partOf(work, from)}`,
    );
  }
}
