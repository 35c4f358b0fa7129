import type { Row } from '../warehouse.ts';
import { ready } from './autocommit.ts';
import type { AutocommitDeps } from './autocommit.ts';
import { changedRows, collectRows, resultRows } from './result-rows.ts';
import { isNetworkError } from './sdk-error.ts';
import type { Request } from './statement.ts';
import { typedError } from './typed-error.ts';
import type { Who } from './missing-grant.ts';
import { watchOver } from './watch.ts';
import type { Watch } from './watch.ts';

/** How often a result is fetched before its download counts as broken; Snowflake keeps it for a day. */
const downloadsAtMost = 4;

/** Runs one statement to its last row, and gives its errors their codes. */
export async function watched<T>(request: Request, who: Who, work: (watch: Watch) => Promise<T>): Promise<T> {
  const watch = watchOver(request.sql, request.options);
  try {
    return await work(watch);
  } catch (error) {
    throw watch.error ?? typedError(error, request.sql, who);
  } finally {
    watch.over();
  }
}

/** All rows of a statement. */
export async function queryRows(deps: AutocommitDeps, request: Request): Promise<Row[]> {
  return await watched(request, deps.settings, async (watch) => {
    let taken = await ready(deps, request, watch);
    for (let download = 1; ; download += 1) {
      try {
        return await collectRows(taken.statement, watch.signal);
      } catch (error) {
        if (!isNetworkError(error) || download >= downloadsAtMost) throw error;
      } finally {
        taken.release();
      }
      taken = await ready(deps, request, watch, taken.statement.getQueryId());
    }
  });
}

/** How many rows a statement has changed. */
export async function executeStatement(deps: AutocommitDeps, request: Request): Promise<number> {
  return await watched(request, deps.settings, async (watch) => {
    const { statement, release } = await ready(deps, request, watch);
    try {
      return await changedRows(statement);
    } finally {
      release();
    }
  });
}

/** Rows as they come, however many; who stops early ends the statement. */
export async function* streamRows(deps: AutocommitDeps, request: Request): AsyncGenerator<Row> {
  const watch = watchOver(request.sql, request.options);
  try {
    yield* rowsInTurn(deps, request, watch);
  } catch (error) {
    throw watch.error ?? typedError(error, request.sql, deps.settings);
  } finally {
    watch.over();
  }
}

/** A download that breaks off is taken up at the row where it did. */
async function* rowsInTurn(deps: AutocommitDeps, request: Request, watch: Watch): AsyncGenerator<Row> {
  let taken = await ready(deps, request, watch);
  let done = 0;
  for (let download = 1; ; download += 1) {
    let isRead = false;
    try {
      for await (const row of resultRows(taken.statement, done, watch.signal)) {
        done += 1;
        yield row;
      }
      isRead = true;
      return;
    } catch (error) {
      if (!isNetworkError(error) || download >= downloadsAtMost) throw error;
      isRead = true;
    } finally {
      if (!isRead) taken.statement.cancel(() => {});
      taken.release();
    }
    taken = await ready(deps, request, watch, taken.statement.getQueryId());
  }
}
