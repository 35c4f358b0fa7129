import type { EngineContext } from '../context.ts';
import { aliveSql, holderOf } from './lease.ts';

/**
 * Drops the relations beside production that no live run can need: those of `run`, which is done with them, and what
 * dead runs left. A relation's name ends in its run's id; runs at work are those with a lease.
 */
export async function dropDeltas(context: EngineContext, run: string): Promise<void> {
  const { warehouse } = context;
  const rows = await warehouse.query(
    `select t.table_name, t.table_type from information_schema.tables as t
     where lower(t.table_schema) = 'delta' and not exists (
       select 1 from _meta.build_lease as l
       where ${aliveSql(warehouse)} and l.holder <> ?
         and right(lower(t.table_name), length(l.holder) - position(':' in l.holder) + 2)
           = '__' || substr(l.holder, position(':' in l.holder) + 1))`,
    [holderOf(run)],
  );
  // Views first: they stand on the tables.
  const isView = (row: (typeof rows)[number]): boolean => row['table_type'] === 'VIEW';
  for (const row of [...rows.filter(isView), ...rows.filter((each) => !isView(each))]) {
    await warehouse.execute(
      `drop ${isView(row) ? 'view' : 'table'} if exists delta.${String(row['table_name'])}`,
    );
  }
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
