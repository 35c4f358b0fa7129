import type { RowStatement } from 'snowflake-sdk';
import type { Logger } from '../../lib/logger.ts';
import { awaitQuery } from './detached.ts';
import type { DutyKeeper, Operate } from './duty-keeper.ts';
import type { Link } from './link.ts';
import { StatementLost } from './lost.ts';
import type { HeldLink, Pool } from './pool.ts';
import { isSuspension } from './sdk-error.ts';
import { isLong, isRead, needsWarehouse, scanSql } from './sql-scan.ts';
import type { ScannedSql } from './sql-scan.ts';
import { setAutocommit } from './session-mode.ts';
import { runOnLink } from './statement.ts';
import type { Request, StatementDeps } from './statement.ts';
import { watchOver } from './watch.ts';
import type { Watch } from './watch.ts';

/** What statements outside of a transaction are run with. */
export interface AutocommitDeps extends StatementDeps {
  readonly pool: Pool;
  readonly duty: DutyKeeper;
  readonly logger: Logger;
}

/** Sessions that one statement may wear out. */
const sessionsAtMost = 3;

/** A statement whose result can be read, and the session that it is read on. */
export interface Ready extends HeldLink {
  readonly statement: RowStatement;
}

/**
 * Runs one statement that is a transaction of its own, on any session. When that breaks, the statement is taken up on
 * another: by its query id where Snowflake has given one, anew where it cannot have run or changes nothing.
 * `queryId` is of a query that has been sent before, and whose result alone is wanted.
 */
export async function ready(
  deps: AutocommitDeps,
  request: Request,
  watch: Watch,
  queryId?: string,
): Promise<Ready> {
  const scanned = scanSql(request.sql);
  const work = (): Promise<Ready> => onSessions(deps, { request, scanned, queryId }, watch);
  return queryId === undefined && needsWarehouse(scanned) ? await deps.duty.during(work) : await work();
}

interface Asked {
  readonly request: Request;
  readonly scanned: ScannedSql;
  readonly queryId: string | undefined;
}

async function onSessions(deps: AutocommitDeps, asked: Asked, watch: Watch): Promise<Ready> {
  let { queryId } = asked;
  for (let session = 1; ; session += 1) {
    const held = await deps.pool.hold(watch.signal);
    try {
      await mustCommitByItself(deps, held.link, queryId, watch);
      const statement = await onLink(deps, held.link, { ...asked, queryId }, watch);
      return { ...held, statement };
    } catch (error) {
      held.release();
      if (!(error instanceof StatementLost) || session >= sessionsAtMost || watch.signal.aborted) throw error;
      queryId = error.queryId;
      if (queryId === undefined && !error.hasNotRun && !isRead(asked.scanned)) throw error;
      deps.logger.debug('a session with Snowflake broke; its statement goes on with another', {
        query: queryId,
      });
    }
  }
}

/** What has not been sent is not lost with a session that cannot be changed over. */
async function mustCommitByItself(
  deps: AutocommitDeps,
  link: Link,
  queryId: string | undefined,
  watch: Watch,
): Promise<void> {
  try {
    await setAutocommit(deps, link, true, watch);
  } catch (error) {
    throw error instanceof StatementLost
      ? new StatementLost(error.cause, { hasNotRun: true, queryId })
      : error;
  }
}

async function onLink(deps: AutocommitDeps, link: Link, asked: Asked, watch: Watch): Promise<RowStatement> {
  const { request, scanned, queryId } = asked;
  if (queryId !== undefined) return await awaitQuery(deps, link, queryId, watch);
  const run = async (): Promise<RowStatement> => {
    const isAsync = isLong(scanned);
    const statement = await runOnLink(deps, link, { ...request, isAsync }, watch);
    return isAsync ? await awaitQuery(deps, link, statement.getQueryId(), watch) : statement;
  };
  return await deps.duty.again(run, isSuspension, operateOn(deps, link));
}

/** Sends statements about the virtual warehouse on a session without a transaction. */
export function operateOn(deps: StatementDeps, link: Link): Operate {
  return async (sql) => {
    const watch = watchOver(sql);
    try {
      await runOnLink(deps, link, { sql }, watch);
    } finally {
      watch.over();
    }
  };
}
