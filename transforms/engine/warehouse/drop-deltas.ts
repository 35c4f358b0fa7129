import type { Row } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { isNextRelation } from './relations.ts';
import { aliveSql, holderOf } from './lease.ts';

/**
 * Drops the relations beside production that no live run can need: those of `run`, which is done with them, and what
 * dead runs left. A relation's name ends in its run's id; runs at work are those with a lease.
 */
export async function dropDeltas(context: EngineContext, run: string): Promise<void> {
  const { warehouse } = context;
  const rows = await warehouse.query(
    `select t.table_schema, t.table_name, t.table_type from information_schema.tables as t
     where (lower(t.table_schema) = 'delta' or position('__new__r' in lower(t.table_name)) > 0) and not exists (
       select 1 from _meta.build_lease as l
       where ${aliveSql(warehouse)} and l.holder <> ?
         and right(lower(t.table_name), length(l.holder) - position(':' in l.holder) + 2)
           = '__' || substr(l.holder, position(':' in l.holder) + 1))`,
    [holderOf(run)],
  );
  // Views first: they stand on the tables.
  const isView = (row: (typeof rows)[number]): boolean => row['table_type'] === 'VIEW';
  const ours = rows.filter(isOurs);
  for (const row of [...ours.filter(isView), ...ours.filter((each) => !isView(each))]) {
    const name = `${String(row['table_schema'])}.${String(row['table_name'])}`;
    await warehouse.execute(`drop ${isView(row) ? 'view' : 'table'} if exists ${name}`);
  }
}

/** Beside tables of other people only a name like a run's own makes a table ours. */
function isOurs(row: Row): boolean {
  const isDelta = String(row['table_schema']).toLowerCase() === 'delta';
  return isDelta || (row['table_type'] !== 'VIEW' && isNextRelation(String(row['table_name'])));
}

/** Does a run's work and drops its relations, however it ends; what cannot be dropped is left to the next run. */
export async function thenDropDeltas<T>(
  context: EngineContext,
  run: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    await dropDeltas(context, run).catch(() => {});
  }
}
