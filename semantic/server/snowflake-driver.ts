import { systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import { cubeDriver } from './cube-driver.ts';
import type { Rows } from './cube-driver.ts';
import type { CubeModules } from './cube-modules.ts';
import type { CubeValue } from './cube-query.ts';
import type { BindProblem, CubeReader } from './cube-reader.ts';
import { snowflakeDialect } from './snowflake-dialect.ts';
import { createSnowflakeSession } from './snowflake-session.ts';
import type { SnowflakeReaderOptions } from './snowflake-session.ts';

/** Where the network is gone, the SDK tries for minutes; who stops does not wait for that. */
const graceMs = 5_000;

/**
 * Reads published marts on Snowflake. Nothing is sent, not even a login, before the first query that no cache answers;
 * that query resumes the virtual warehouse, which is to suspend itself. One statement sees one publication, since a
 * publication is one transaction.
 */
export function createSnowflakeReader(cube: CubeModules, options: SnowflakeReaderOptions): CubeReader {
  const session = createSnowflakeSession(options);
  const running = new Set<Rows>();
  let closed = false;
  let sent = 0;

  const start = (sql: string, values: readonly unknown[]): Rows => {
    let now: Rows | undefined;
    let cancelled = false;
    const send = async (): Promise<Record<string, CubeValue>[]> => {
      if (cancelled || closed) throw new Error('the query was cancelled');
      now = session.run(sql, values);
      return now;
    };
    const run = async (): Promise<Record<string, CubeValue>[]> => {
      try {
        return await send();
      } catch (error) {
        // Read again in a new session: it had ended overnight, say. What only reads may be sent twice.
        if (!(await session.isLost())) throw error;
        return send();
      }
    };
    const cancel = async (): Promise<void> => {
      cancelled = true;
      await now?.cancel?.();
    };
    const answer: Rows = Object.assign(run(), { cancel });
    running.add(answer);
    const over = (): void => void running.delete(answer);
    answer.then(over, over);
    return answer;
  };

  const query = (sql: string, values: readonly unknown[]): Rows => {
    sent += 1;
    return start(sql, values);
  };
  return {
    dbType: 'snowflake',
    dialect: snowflakeDialect(cube),
    ...cubeDriver(cube, { query, isClosed: () => closed }),
    bindsFreely: false,
    download: async (sql, values) => {
      sent += 1;
      const { columns, rows } = await session.download(sql, values);
      return { columns, batches: only(rows) };
    },
    // EXPLAIN compiles a statement without a virtual warehouse.
    bind: async (sql) => {
      try {
        await start(`explain using text ${sql}`, []);
        return undefined;
      } catch (error) {
        const kind = bindProblems[String(Object(error).code)];
        if (kind === undefined) throw error;
        return { kind, text: messageOf(error) };
      }
    },
    statementsSent: () => sent,
    statementsRunning: () => running.size,
    close: async () => {
      closed = true;
      const unfinished = [...running];
      const ended = new AbortController();
      const end = async (): Promise<void> => {
        await Promise.all(unfinished.map(async (answer) => answer.cancel?.()));
        await Promise.allSettled(unfinished);
      };
      await Promise.race([end(), systemClock.sleep(graceMs, ended.signal)]);
      ended.abort();
      await session.logOut();
    },
  };
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** Snowflake's codes: an object does not exist or may not be seen, an identifier is invalid. */
const bindProblems: Readonly<Record<string, BindProblem['kind']>> = {
  '002003': 'unpublished',
  '000904': 'unknown column',
};
