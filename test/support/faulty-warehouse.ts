import type { Session, SqlValue, Warehouse } from '../../warehouse/warehouse.ts';

/** What happens before a statement is sent; throwing is the statement's failure. */
export type BeforeStatement = (sql: string) => void | Promise<void>;

/** A warehouse that asks `before` ahead of every statement, in transactions too; commit and rollback are not asked. */
export function withStatementHook<W extends Warehouse>(warehouse: W, before: BeforeStatement): W {
  const hooked = (session: Session): Session => ({
    query: async (sql: string, params?: readonly SqlValue[]) => {
      await before(sql);
      return await session.query(sql, params);
    },
    execute: async (sql: string, params?: readonly SqlValue[]) => {
      await before(sql);
      return await session.execute(sql, params);
    },
  });
  return {
    ...warehouse,
    ...hooked(warehouse),
    transaction: (work) => warehouse.transaction((session) => work(hooked(session))),
  };
}

/** A warehouse whose transactions commit, but whose reply to COMMIT is lost when `isLost` says so. */
export function withLostReply<W extends Warehouse>(warehouse: W, isLost: () => boolean): W {
  return {
    ...warehouse,
    transaction: async (work) => {
      const result = await warehouse.transaction(work);
      if (isLost()) throw new Error('the connection was lost');
      return result;
    },
  };
}
