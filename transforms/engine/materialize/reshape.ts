import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { publishedRelation } from '../warehouse/relations.ts';
import type { DeltaWrite, ModelDelta } from './delta.ts';
import { rowsByKey } from './difference.ts';
import type { SchemaChange } from './schema-change.ts';
import type { Column } from './shape.ts';
import { partOf, rowsDelta } from './work.ts';
import type { Work } from './work.ts';

/** The columns or expressions that tell rows of a table of these columns apart. */
export type Match = (columns: readonly Column[]) => readonly string[];

/**
 * The table gets other columns, so that its readers must be rebuilt: `removed` holds rows as they are, `added` rows as
 * the table will have them. Where DDL is transactional the table is rewritten whole inside the transaction (DuckDB
 * cannot alter a table and change its rows in one); elsewhere it is altered before it, which adds, and only the rows
 * travel in it.
 */
export async function reshaped(
  work: Work,
  change: SchemaChange,
  table: readonly Column[],
  match: Match,
): Promise<ModelDelta> {
  const { warehouse } = work.context;
  const rows = await rowsDelta(work, undefined);
  await warehouse.execute(
    `create or replace view ${partOf(work, 'current')} as ${stayingRows(work, change, table, rows.removed, match)}
     union all select * from ${partOf(work, 'added')}`,
  );
  await warehouse.execute(
    `create or replace view ${partOf(work, 'new')} as select * from ${partOf(work, 'current')}`,
  );
  return { ...rows, kind: 'full', write: writeOf(work, change, table, match) };
}

/** The rows of the table that stay, with its columns to be. */
function stayingRows(
  work: Work,
  change: SchemaChange,
  table: readonly Column[],
  removed: number,
  match: Match,
): string {
  const production = publishedRelation(work.model);
  const names = new Set(table.map(({ name }) => name));
  const columns = change.columns.map(
    ({ name, type }) =>
      `cast(${names.has(name) ? quoteIdentifier(name) : 'null'} as ${type}) as ${quoteIdentifier(name)}`,
  );
  const stay =
    removed === 0
      ? `select * from ${production}`
      : rowsByKey(production, match(table), partOf(work, 'removed'), 'not among');
  return `select ${columns.join(', ')} from (${stay}) as stay`;
}

function writeOf(work: Work, change: SchemaChange, table: readonly Column[], match: Match): DeltaWrite {
  if (work.context.warehouse.capabilities.transactionalDdl)
    return { how: 'replace', isTransactional: true, existing: 'other', replacesView: false };
  const after = new Set(change.columns.map(({ name }) => name));
  return {
    how: 'rows',
    // The table is altered by then: columns that were dropped tell nothing any more.
    match: match(table.filter(({ name }) => after.has(name))),
    columns: change.columns.map(({ name }) => name),
    before: change.ddl(publishedRelation(work.model)),
    isNewFeed: true,
    isTouched: false,
  };
}
