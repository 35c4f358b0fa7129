import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import { mustMeetConstraints } from './constraints.ts';
import { describeModel, mustKeepContract, mustNotBreakReaders } from './contract.ts';
import { runScope } from './delta.ts';
import type { DeltaWrite, ModelDelta } from './delta.ts';
import { keyColumns, rowsByKey, sameKeys, withKeys } from './difference.ts';
import { mergeConfig } from './merge-config.ts';
import { mustHaveFitKeys, mustKnowKeys, strategyKeys } from './merge-keys.ts';
import { createFromModel } from './model-statement.ts';
import { resolveSchemaChange } from './schema-change.ts';
import type { SchemaChange } from './schema-change.ts';
import { describeRelation } from './shape.ts';
import type { Column } from './shape.ts';
import { renderStatement } from './statement.ts';
import { feedFits, withCurrent, writeDifference } from './whole.ts';
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
  const table = await describeRelation(context.warehouse, production);
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
  const delta = isReshaped ? await reshaped(work, change, table) : await sameShape(work, table);
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

/** The rows as they will stand in the table: its columns in its order. */
function newRows(work: Work, change: SchemaChange, select: readonly Column[]): string {
  const isMerge = strategyOf(work) === 'merge';
  const types = new Map(select.map(({ name, type }) => [name, type]));
  const { isUpdated } = mergeConfig(work.model);
  const columns = change.columns.map(({ name, type, from }) => {
    const column = quoteIdentifier(name);
    const source = types.get(name) === type ? `s.${column}` : `cast(s.${column} as ${type})`;
    if (from === 'table') return `${isMerge ? `t.${column}` : `cast(null as ${type})`} as ${column}`;
    const isKept = isMerge && from === 'select' && !isUpdated(name);
    return isKept
      ? `case when t._is_found then t.${column} else ${source} end as ${column}`
      : `${source} as ${column}`;
  });
  if (!isMerge) return `select ${columns.join(', ')} from ${partOf(work, 'select')} as s`;
  const keys = strategyKeys(work);
  return `select ${columns.join(', ')} from ${withKeys(partOf(work, 'select'), keys)} as s
    left join (select *, ${keyColumns(keys)}, true as _is_found from (${replacedRows(work)}) as old_rows) as t
      on ${sameKeys(keys, 's', 't')}`;
}

/** The usual case: only rows that really differ are removed and added. */
async function sameShape(work: Work, table: readonly Column[]): Promise<ModelDelta> {
  const keys = strategyKeys(work);
  const strategy = strategyOf(work);
  const match = strategy === 'append' ? table.map(({ name }) => name) : keys;
  if (strategy === 'append') {
    const { warehouse } = work.context;
    for (const [part, from] of [
      ['removed', 'old'],
      ['added', 'new'],
    ] as const) {
      await warehouse.execute(
        `create or replace view ${partOf(work, part)} as select * from ${partOf(work, from)}`,
      );
    }
  } else {
    await writeDifference(work, partOf(work, 'old'), partOf(work, 'new'), match);
  }
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

/**
 * The table gets other columns, so that its readers must be rebuilt. Where DDL is transactional the table is rewritten
 * whole inside the transaction (DuckDB cannot alter a table and change its rows in one); elsewhere it is altered before
 * it, which adds, and only the rows travel in it.
 */
async function reshaped(work: Work, change: SchemaChange, table: readonly Column[]): Promise<ModelDelta> {
  const { warehouse } = work.context;
  const production = publishedRelation(work.model);
  const match = strategyOf(work) === 'append' ? table.map(({ name }) => name) : strategyKeys(work);
  const names = new Set(table.map(({ name }) => name));
  const columns = change.columns.map(
    ({ name, type }) =>
      `cast(${names.has(name) ? quoteIdentifier(name) : 'null'} as ${type}) as ${quoteIdentifier(name)}`,
  );
  const rows = await rowsDelta(work, undefined);
  const stay =
    rows.removed === 0
      ? `select * from ${production}`
      : rowsByKey(production, match, partOf(work, 'removed'), 'not among');
  await warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as select ${columns.join(', ')} from (${stay}) as stay
     union all select * from ${partOf(work, 'added')}`,
  );
  await warehouse.execute(
    `create or replace view ${partOf(work, 'new')} as select * from ${partOf(work, 'current')}`,
  );
  const { transactionalDdl } = warehouse.capabilities;
  const write: DeltaWrite = transactionalDdl
    ? { how: 'replace', isTransactional: true, existing: 'other', replacesView: false }
    : {
        how: 'rows',
        match,
        columns: change.columns.map(({ name }) => name),
        before: change.ddl(production),
        isNewFeed: true,
        isTouched: false,
      };
  return { ...rows, kind: 'full', write };
}
