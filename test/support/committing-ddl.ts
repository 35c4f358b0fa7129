import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Session, SqlValue, Warehouse } from '../../warehouse/warehouse.ts';
import { unavailable, withStatementHook } from './faulty-warehouse.ts';

/**
 * DuckDB with the one ability of Snowflake's that counts: a DDL statement in a transaction would commit it. What
 * Snowflake alone can say in one statement is said in two.
 */
export function withCommittingDdl(
  warehouse: DuckdbWarehouse,
  inside: (sql: string) => void = () => {},
): Warehouse {
  const watched = (session: Session): Session => ({
    query: (sql, params) => session.query(sql, params),
    execute: async (sql: string, params?: readonly SqlValue[]) => {
      inside(sql);
      const overwritten = /insert overwrite into (\S+)/.exec(sql)?.[1];
      if (overwritten !== undefined) await session.execute(`delete from ${overwritten}`);
      return await session.execute(sql.replace('insert overwrite into', 'insert into'), params);
    },
  });
  return {
    ...warehouse,
    capabilities: { ...warehouse.capabilities, transactionalDdl: false },
    transaction: (work) => warehouse.transaction((session) => work(watched(session))),
  };
}

/** A process that dies before the statement after the `survived` first ones that are counted: it sends nothing more. */
export function dyingAfter(
  warehouse: DuckdbWarehouse,
  survived: number,
  isCounted: (sql: string) => boolean,
): { readonly warehouse: Warehouse; readonly isDead: () => boolean } {
  let [sent, isDead] = [0, false];
  const mortal = withStatementHook(warehouse, (sql) => {
    if (isCounted(sql)) sent += 1;
    isDead ||= sent > survived;
    if (isDead) throw unavailable();
  });
  return { warehouse: withCommittingDdl(mortal), isDead: () => isDead };
}

/** Whether a statement changes a relation, or makes it. */
export function changes(relation: RegExp): (sql: string) => boolean {
  const verb =
    /^\s*(?:\/\*.*?\*\/\s*)*(?:create (?:or replace )?(?:table|view)(?: if not exists)?|delete from|insert (?:overwrite )?into|alter table) /i;
  return (sql) => {
    const begin = verb.exec(sql)?.[0];
    return begin !== undefined && relation.test(sql.slice(begin.length).split(/\s/)[0] ?? '');
  };
}
