import type { Dialect } from '../dialect/macros.ts';
import type { EngineContext } from '../context.ts';
import { aliveSql, holderOf } from './lease.ts';
import { isNextRelation, isRunSchema, runSchema } from './relations.ts';

/**
 * Its tables need no seven days of fail-safe, which is billed, and no Time Travel: that is billed, too, and rows of persons
 * who are erased could be had back from it for a day.
 */
const createSchema: Readonly<Record<Dialect, (name: string) => string>> = {
  duckdb: (name) => `create schema if not exists ${name}`,
  snowflake: (name) => `create transient schema if not exists ${name} data_retention_time_in_days = 0`,
};

/** Processes clear away once when they begin to work: what a crash has left may be in the way of what is to come. */
const begun = new WeakSet<object>();

/** Whether a name ends in the id of a live run; runs at work are those with a lease. */
const isOfLiveRun = (name: string, alive: string): string => `exists (
  select 1 from _meta.build_lease as l where ${alive} and l.holder <> ?
    and right(lower(${name}), length(l.holder) - position(':' in l.holder) + 1)
      = '_' || substr(l.holder, position(':' in l.holder) + 1))`;

/**
 * Drops the schemas of runs that are not at work, that of `run` among them, which is done with it, and tables that such
 * runs have left beside production, where runs make any.
 */
export async function dropDeltas(context: EngineContext, run: string): Promise<void> {
  const { warehouse } = context;
  const { transactionalDdl } = warehouse.capabilities;
  const alive = aliveSql(warehouse);
  const parts = [
    `select schema_name as schema_name, cast(null as varchar) as table_name from information_schema.schemata as t
     where left(lower(schema_name), 7) = 'delta_r' and not ${isOfLiveRun('schema_name', alive)}`,
    `select table_schema, table_name from information_schema.tables as t
     where position('__new__r' in lower(table_name)) > 0 and table_type <> 'VIEW'
       and not ${isOfLiveRun('table_name', alive)}`,
  ].slice(0, transactionalDdl ? 2 : 1);
  const rows = await warehouse.query(
    parts.join('\nunion all\n'),
    parts.map(() => holderOf(run)),
  );
  for (const row of rows) {
    const [schema, table] = [String(row['schema_name']), row['table_name']];
    // Beside what other people have only a name like a run's own makes a schema or a table ours.
    if (typeof table !== 'string') {
      if (isRunSchema(schema)) await warehouse.execute(`drop schema if exists ${schema} cascade`);
    } else if (isNextRelation(table)) await warehouse.execute(`drop table if exists ${schema}.${table}`);
  }
}

/**
 * Does a run's work with a schema of its own, and drops that however the work ends; what cannot be dropped is left to the
 * next run.
 */
export async function thenDropDeltas<T>(
  context: EngineContext,
  run: string,
  work: () => Promise<T>,
): Promise<T> {
  const { warehouse } = context;
  try {
    if (!begun.has(warehouse)) await dropDeltas(context, run);
    begun.add(warehouse);
    await warehouse.execute(createSchema[warehouse.capabilities.dialect](runSchema(run)));
    return await work();
  } finally {
    await dropDeltas(context, run).catch(() => {});
  }
}
