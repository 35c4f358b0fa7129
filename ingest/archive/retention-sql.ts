import { quoteIdentifier, quoteLiteral } from '../../warehouse/sql-text.ts';
import type { Capabilities } from '../../warehouse/capabilities.ts';
import { rawSchema, rawTableName } from '../../warehouse/raw-table.ts';
import type { RetentionMember, RetentionRule } from './retention-rules.ts';

type Dialect = Capabilities['dialect'];

/** The text of a field of `data`. */
const fieldOf: Readonly<Record<Dialect, (alias: string, field: string) => string>> = {
  duckdb: (alias, field) => `(${alias}.data ->> ${quoteLiteral(field)})`,
  snowflake: (alias, field) => `${alias}.data:${quoteIdentifier(field)}::varchar`,
};

/**
 * Tables of one run, which nobody else sees: `batches` that all readers had read when it began, which are all that it
 * looks at and removes; `rows` maps rows to business keys; `due` lists keys in portions.
 */
export interface RunTables {
  readonly batches: string;
  readonly rows: string;
  readonly due: string;
}

export function rawTableOf({ source }: RetentionRule, { table }: RetentionMember): string {
  return `${rawSchema}.${quoteIdentifier(rawTableName(source, table))}`;
}

/** To be taken down before anything else: what is loaded or read later is no part of the run. */
export function batchesSql({ batches }: RunTables, consumed: string): string {
  return `create or replace table ${batches} as select batch_id from ${consumed}`;
}

/** Which row belongs to which key, by all that the row ever said. A deletion names the row alone. */
export function mappingStatements(dialect: Dialect, rule: RetentionRule, { rows }: RunTables): string[] {
  const field = fieldOf[dialect];
  const inserts = rule.members.map((member) => {
    const { belongs, rowKey, table } = member;
    const own = field('r', rowKey);
    const select = `insert into ${rows} select distinct ${quoteLiteral(table)}, ${own}`;
    const from = `from ${rawTableOf(rule, member)} as r`;
    if (!('through' in belongs)) {
      const key = field('r', belongs.field);
      return `${select}, ${key} ${from} where ${own} is not null and ${key} is not null`;
    }
    return `${select}, parent.key ${from}
      join ${rows} as parent
        on parent.table_name = ${quoteLiteral(belongs.through)} and parent.row_key = ${field('r', belongs.field)}
      where ${own} is not null`;
  });
  return [`create or replace table ${rows} (table_name varchar, row_key varchar, key varchar)`, ...inserts];
}

/** Versions of rows in raw, with the key they belong to. */
export function versionsSql(
  dialect: Dialect,
  rule: RetentionRule,
  member: RetentionMember,
  { rows }: RunTables,
): string {
  const field = fieldOf[dialect];
  return `select m.key, m.table_name, m.row_key, r._file, r._batch_id, r._committed_at
    from ${rawTableOf(rule, member)} as r
    join ${rows} as m on m.table_name = ${quoteLiteral(member.table)} and m.row_key = ${field('r', member.rowKey)}`;
}

/**
 * Keys nothing of which has changed since the cutoff, all of it of the run's batches. A row that has been with two
 * keys keeps both: neither is whole without it.
 */
export function dueSql(
  dialect: Dialect,
  rule: RetentionRule,
  tables: RunTables,
  options: { readonly cutoff: string; readonly portion: number },
): string {
  const versions = rule.members.map((member) => versionsSql(dialect, rule, member, tables));
  return `create or replace table ${tables.due} as
    select key, cast(floor((row_number() over (order by key) - 1) / ${options.portion}) as integer) as portion from (
      select key from (${versions.join(' union all ')}) as v
      group by key
      having max(_committed_at) < cast(${quoteLiteral(options.cutoff)} as timestamp)
        and count(case when _batch_id not in (select batch_id from ${tables.batches}) then 1 end) = 0
    ) as closed
    where key not in (
      select m.key from ${tables.rows} as m join (
        select table_name, row_key from ${tables.rows} group by table_name, row_key having count(distinct key) > 1
      ) as shared on shared.table_name = m.table_name and shared.row_key = m.row_key
    )`;
}

/**
 * Takes keys off a portion that rows touch which are no part of the run: of a row of theirs, or new ones that belong to
 * them. Those may be changes since the cutoff, may not have been read, and are not shown to be archived.
 */
export function spareSql(dialect: Dialect, rule: RetentionRule, tables: RunTables): string {
  const field = fieldOf[dialect];
  const selects = rule.members.flatMap((member) => {
    const { belongs, rowKey, table } = member;
    const from = `from ${rawTableOf(rule, member)} as r`;
    const isForeign = `r._batch_id not in (select batch_id from ${tables.batches})`;
    const keyOf = (of: string, name: string): string =>
      `select m.key ${from} join ${tables.rows} as m
         on m.table_name = ${quoteLiteral(of)} and m.row_key = ${field('r', name)} where ${isForeign}`;
    const owner =
      'through' in belongs
        ? keyOf(belongs.through, belongs.field)
        : `select ${field('r', belongs.field)} as key ${from} where ${isForeign}`;
    return [keyOf(table, rowKey), owner];
  });
  return `delete from ${tables.due} where portion = ? and key in (
    select key from (${selects.join(' union all ')}) as touched where key is not null)`;
}

/** Removes what a portion of keys has in one raw table. */
export function deleteSql(
  dialect: Dialect,
  rule: RetentionRule,
  member: RetentionMember,
  { rows, due }: RunTables,
): string {
  const field = fieldOf[dialect];
  return `delete from ${rawTableOf(rule, member)} as r where ${field('r', member.rowKey)} in (
    select m.row_key from ${rows} as m where m.table_name = ${quoteLiteral(member.table)}
      and m.key in (select key from ${due} where portion = ?))`;
}

/**
 * Retired keys that rows of the batches in a table touch: they are of a retired row, belong to a retired key, or to a row
 * of it. In the order in which they were landed, so that neighbours are of the same few files.
 */
export function touchedSql(dialect: Dialect, rule: RetentionRule, batches: string): string {
  const field = fieldOf[dialect];
  const selects = rule.members.map((member) => {
    const { belongs, rowKey, table } = member;
    const own = `k.table_name = ${quoteLiteral(table)} and k.row_key = ${field('r', rowKey)}`;
    const reference = field('r', belongs.field);
    const owner =
      'through' in belongs
        ? `k.table_name = ${quoteLiteral(belongs.through)} and k.row_key = ${reference}`
        : `k.key = ${reference}`;
    return `select k.key, k.file_key from ${rawTableOf(rule, member)} as r join _meta.retired_key as k
      on k.entity = ${quoteLiteral(rule.entity)} and ((${own}) or (${owner}))
      where r._batch_id in (select batch_id from ${batches})`;
  });
  return `select key from (${selects.join(' union all ')}) as touched group by key order by min(file_key), key`;
}
