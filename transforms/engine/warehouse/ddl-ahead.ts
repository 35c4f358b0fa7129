import { messageOf } from '../../../lib/errors.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import type { EngineContext } from '../context.ts';
import { forgetDefinitions } from './state-writes.ts';

/** DDL that commits by itself, ahead of the transaction that it belongs to. */
export interface DdlAhead {
  readonly statements: readonly string[];
  /** Models of which it may leave something behind that no step and no version has made. */
  readonly models: readonly string[];
  /** Throws where the head is not where the transaction has to find it. */
  readonly mustStand: (session: Session) => Promise<void>;
}

/**
 * Runs a transaction with the DDL that must stand before it. Its models lose their definition first, so that they count
 * as edited and are made anew, whatever becomes of this process or of the edit; the transaction gives it back. A head
 * that has moved is found before anything is changed, and again before each statement: a process that slept in between
 * changes nothing. Of one that dies, or is overtaken, while a statement runs, the warehouse still ends that statement: it
 * is late only where it outlasts the lease and the next holder's whole run.
 */
export async function afterDdl<T>(
  context: EngineContext,
  { statements, models, mustStand }: DdlAhead,
  transaction: () => Promise<T>,
): Promise<T> {
  const { warehouse } = context;
  if (models.length > 0) {
    await warehouse.transaction(async (session) => {
      await mustStand(session);
      await forgetDefinitions(session, models);
    });
  }
  try {
    for (const statement of statements) {
      await mustStand(warehouse);
      await warehouse.execute(statement);
    }
    return await transaction();
  } catch (error) {
    await forgetAgain(context, models);
    throw error;
  }
}

/** Another process may have given a model its definition meanwhile, and the DDL was run over its rows. */
async function forgetAgain({ warehouse, logger }: EngineContext, models: readonly string[]): Promise<void> {
  await forgetDefinitions(warehouse, models).catch((error: unknown) => {
    logger.error(`could not note that tables were changed ahead: ${messageOf(error)}`, {
      models: models.join(','),
    });
  });
}
