import { warehouseErrors } from '../../warehouse/errors.ts';
import type { Session, SqlValue, Warehouse } from '../../warehouse/warehouse.ts';

/** What a twin reports whose connection broke, or which did not answer in time. */
export function unavailable(): Error {
  return warehouseErrors.error('WAREHOUSE_UNAVAILABLE', { message: 'the connection was lost' });
}

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
      if (isLost()) throw unavailable();
      return result;
    },
  };
}

/** A warehouse whose transactions reach their COMMIT and are rolled back instead when `isRefused` says so. */
export function withRefusedCommit<W extends Warehouse>(warehouse: W, isRefused: () => boolean): W {
  return {
    ...warehouse,
    transaction: (work) =>
      warehouse.transaction(async (session) => {
        const result = await work(session);
        if (isRefused()) throw unavailable();
        return result;
      }),
  };
}
