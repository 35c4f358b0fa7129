import type { RowStatement } from 'snowflake-sdk';
import { messageOf } from '../../lib/errors.ts';
import { warehouseErrors } from '../errors.ts';
import type { AutocommitDeps } from './autocommit.ts';
import type { Link } from './link.ts';
import { StatementLost } from './lost.ts';
import { Transaction } from './open-transaction.ts';
import type { HeldLink } from './pool.ts';
import { Pulse, transactionEnded } from './pulse.ts';
import { collectRows } from './result-rows.ts';
import { setAutocommit } from './session-mode.ts';
import type { SnowflakeSession } from './session.ts';
import { runOnLink } from './statement.ts';
import { typedError } from './typed-error.ts';
import type { Watch } from './watch.ts';

type Work<T> = (session: SnowflakeSession) => Promise<T>;

/**
 * Commits when `work` resolves, rolls back when it throws or when one of its statements has failed. A statement that is
 * refused because another process has put the virtual warehouse to sleep aborts the transaction: it is woken, and all of
 * `work` is done once more.
 */
export async function inTransaction<T>(deps: AutocommitDeps, work: Work<T>): Promise<T> {
  // By the statement itself: what `work` throws may be an error of its own.
  let wasRefusedAsleep = false;
  const once = async (): Promise<T> => {
    const begun = await begin(deps);
    const transaction = new Transaction(deps, begun.link, new Pulse(deps.clock));
    try {
      return await committed(deps, begun, transaction, work);
    } finally {
      wasRefusedAsleep = transaction.wasRefusedAsleep;
      begun.release();
    }
  };
  return await deps.duty.during(() => deps.duty.again(once, () => wasRefusedAsleep));
}

/** A session in a transaction, and the id by which Snowflake knows that. */
interface Begun extends HeldLink {
  readonly id: string;
}

/** A session whose idle time has ended it is replaced: nothing has been done on it yet. */
async function begin(deps: AutocommitDeps): Promise<Begun> {
  for (let session = 1; ; session += 1) {
    const held = await deps.pool.hold(undefined, false);
    try {
      await setAutocommit(deps, held.link, false, unending);
      await control(deps, held.link, 'begin transaction');
      const id = await currentTransaction(deps, held.link);
      if (id === undefined) throw transactionEnded('it has not begun', 'begin transaction');
      return { ...held, id };
    } catch (error) {
      held.link.isBroken = true;
      held.release();
      if (!(error instanceof StatementLost) || session > 1)
        throw typedError(error, 'begin transaction', deps.settings);
    }
  }
}

async function committed<T>(
  deps: AutocommitDeps,
  { link, id }: Begun,
  transaction: Transaction,
  work: Work<T>,
): Promise<T> {
  let result: T;
  let pulse: Pulse;
  try {
    result = await work(transaction.session);
    await transaction.end();
    pulse = new Pulse(deps.clock);
    await mustBeOpen(deps, link, id);
  } catch (error) {
    await transaction.end().catch(() => {});
    await rollBack(deps, link);
    throw error;
  }
  await commit(deps, link);
  // It was open then; and within this time Snowflake has not ended it.
  if (pulse.beats) return result;
  throw warehouseErrors.error('WAREHOUSE_UNAVAILABLE', {
    message:
      'COMMIT took so long that Snowflake may have ended the transaction before; whether it was committed is not known',
    where: 'commit',
  });
}

/** COMMIT of a transaction that is not there any more succeeds, and commits what has come after it. */
async function mustBeOpen(deps: AutocommitDeps, link: Link, id: string): Promise<void> {
  let current: string | undefined;
  try {
    current = await currentTransaction(deps, link);
  } catch (error) {
    throw typedError(error, currentSql, deps.settings);
  }
  if (current !== id) throw transactionEnded('Snowflake has ended it before its COMMIT', 'commit');
}

async function commit(deps: AutocommitDeps, link: Link): Promise<void> {
  try {
    await control(deps, link, 'commit');
  } catch (error) {
    // It may have committed, and the caller has to look. Whatever the session holds ends with it.
    link.isBroken = true;
    throw typedError(error, 'commit', deps.settings);
  }
}

/** Where that fails, the end of the session rolls back. */
async function rollBack(deps: AutocommitDeps, link: Link): Promise<void> {
  if (link.isBroken) return;
  try {
    await control(deps, link, 'rollback');
  } catch (error) {
    link.isBroken = true;
    deps.logger.debug('a rollback failed, its session is ended', { cause: messageOf(error) });
  }
}

const unending: Watch = { error: undefined, signal: new AbortController().signal, over: () => {} };

const currentSql = 'select current_transaction() as id';

async function currentTransaction(deps: AutocommitDeps, link: Link): Promise<string | undefined> {
  const [row] = await collectRows(await control(deps, link, currentSql), unending.signal);
  const id = row?.['id'] ?? null;
  return id === null ? undefined : String(id);
}

async function control(deps: AutocommitDeps, link: Link, sql: string): Promise<RowStatement> {
  return await runOnLink(deps, link, { sql }, unending);
}
