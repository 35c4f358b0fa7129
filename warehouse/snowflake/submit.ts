import type { Binds, Connection, RowStatement } from 'snowflake-sdk';

/** What is sent for one statement. */
export interface Submission {
  readonly sql: string;
  readonly binds?: Binds | undefined;
  /**
   * Ours, and the same for all attempts at one statement: Snowflake runs a request id once in a session, and answers
   * again what it has answered before.
   */
  readonly requestId: string;
  /** Session parameters for this statement alone. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Answered at once with the id of a query that goes on by itself. */
  readonly isAsync?: boolean | undefined;
}

/** A statement under way. */
export interface Submitted {
  readonly statement: RowStatement;
  /** Resolves when its result can be read; rejects with the driver's error. */
  readonly done: Promise<RowStatement>;
}

/** The one place that calls the driver's execute. */
export function submit(
  connection: Connection,
  { sql, binds, requestId, parameters, isAsync }: Submission,
): Submitted {
  return started((complete) =>
    connection.execute({
      sqlText: sql,
      ...(binds === undefined || binds.length === 0 ? {} : { binds }),
      requestId,
      parameters: { ...parameters },
      ...(isAsync === true ? { asyncExec: true } : {}),
      streamResult: true,
      rowMode: 'array',
      complete,
    }),
  );
}

/** The result of a query that was sent before, on this session or another of the same user. */
export function refetch(connection: Connection, queryId: string): Submitted {
  return started((complete) =>
    connection.fetchResult({ queryId, streamResult: true, rowMode: 'array', complete }),
  );
}

type Complete = (error: unknown, statement: RowStatement) => void;

function started(start: (complete: Complete) => RowStatement): Submitted {
  let complete: Complete = () => {};
  const done = new Promise<RowStatement>((resolve, reject) => {
    complete = (error, statement) =>
      error === undefined || error === null ? resolve(statement) : reject(error);
  });
  // Whoever has given up waiting has said why.
  done.catch(() => {});
  return { statement: start((error, statement) => complete(error, statement)), done };
}
