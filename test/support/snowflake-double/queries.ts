import { setTimeout as later } from 'node:timers';
import type { ChunkStore } from './chunks.ts';
import { SqlRefused } from './contract.ts';
import type { Bind } from './contract.ts';
import { parameterInForce } from './parameters.ts';
import { Query } from './query.ts';
import type { QueryEnd } from './query.ts';
import { multiData, resultOf } from './results.ts';
import type { DoubleSession } from './sessions.ts';
import { splitStatements } from './split-statements.ts';
import type { SplitStatement } from './split-statements.ts';

export interface Submission {
  readonly requestId: string;
  readonly sql: string;
  readonly binds: readonly Bind[];
  /** Of this request alone; names in upper case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Runs what is submitted, once for each requestId of a session, and keeps how it ended. */
export class Queries {
  /** What the engine threw that was no refusal: a fault of the double, which a test should look at. */
  readonly internalErrors: unknown[] = [];
  private readonly byId = new Map<string, Query>();
  private readonly chunks: ChunkStore;
  private readonly baseUrl: () => string;

  constructor(chunks: ChunkStore, baseUrl: () => string) {
    this.chunks = chunks;
    this.baseUrl = baseUrl;
  }

  find(queryId: string): Query | undefined {
    return this.byId.get(queryId);
  }

  /** The query of this requestId: the one that is there, whatever its text, or a new one. */
  submit(session: DoubleSession, submission: Submission): Query {
    const known = session.queries.get(submission.requestId);
    if (known !== undefined) return known;
    const query = this.start(submission.sql, (self) => this.runAll(self, session, submission));
    session.queries.set(submission.requestId, query);
    return query;
  }

  private start(sql: string, work: (query: Query) => Promise<QueryEnd>): Query {
    const query = new Query(sql, async (self) => {
      try {
        return await work(self);
      } catch (error) {
        return { kind: 'refused', error: this.asRefusal(error) };
      }
    });
    this.byId.set(query.id, query);
    return query;
  }

  private async runAll(query: Query, session: DoubleSession, submission: Submission): Promise<QueryEnd> {
    const statements = splitStatements(submission.sql);
    checkCount(statements.length, session, submission);
    const [only] = statements;
    if (statements.length === 1 && only !== undefined) {
      return this.runOne(query, only.sql, submission.binds, session, submission);
    }
    return this.runEach(query, statements, session, submission);
  }

  private async runOne(
    query: Query,
    sql: string,
    binds: readonly Bind[],
    session: DoubleSession,
    submission: Submission,
  ): Promise<QueryEnd> {
    const { signal } = query;
    const tag = parameterInForce('QUERY_TAG', submission.parameters, session.engine.parameters);
    const timer = startTimeout(query, session, submission);
    try {
      const outcome = await session.engine.run({ sql, binds, queryId: query.id, tag, signal });
      const context = {
        queryId: query.id,
        session: session.engine,
        chunks: this.chunks,
        baseUrl: this.baseUrl(),
        signal,
      };
      return { kind: 'result', data: await resultOf(outcome, context) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** One after the other until one fails; what went before stays done. */
  private async runEach(
    parent: Query,
    statements: readonly SplitStatement[],
    session: DoubleSession,
    submission: Submission,
  ): Promise<QueryEnd> {
    const done: { id: string; data: Extract<QueryEnd, { kind: 'result' }>['data'] }[] = [];
    let taken = 0;
    for (const { sql, placeholders } of statements) {
      parent.signal.throwIfAborted();
      const binds = submission.binds.slice(taken, taken + placeholders);
      taken += placeholders;
      const child = this.start(sql, (self) => this.runOne(self, sql, binds, session, submission));
      const endWithParent = (): void => child.end(parent.signal.reason as SqlRefused);
      parent.signal.addEventListener('abort', endWithParent, { once: true });
      const end = await child.settled;
      parent.signal.removeEventListener('abort', endWithParent);
      if (end.kind === 'refused') return end;
      done.push({ id: child.id, data: end.data });
    }
    return { kind: 'result', data: multiData({ queryId: parent.id, session: session.engine }, done) };
  }

  private asRefusal(error: unknown): SqlRefused {
    if (error instanceof SqlRefused) return error;
    this.internalErrors.push(error);
    const message = error instanceof Error ? error.message : String(error);
    return new SqlRefused('000603', 'XX000', `SQL execution internal error: ${message}`);
  }
}

/** Several statements in one text are refused unless the client said how many; 0 says any number. */
function checkCount(actual: number, session: DoubleSession, { parameters }: Submission): void {
  const desired = Number(parameterInForce('MULTI_STATEMENT_COUNT', parameters, session.engine.parameters));
  if (actual === 0) throw new SqlRefused('000900', '42601', 'SQL compilation error:\nEmpty SQL statement.');
  if (desired === 0 || desired === actual) return;
  const message = `Actual statement count ${actual} did not match the desired statement count ${desired}.`;
  throw new SqlRefused('000008', '0A000', message);
}

function startTimeout(
  query: Query,
  session: DoubleSession,
  { parameters }: Submission,
): NodeJS.Timeout | undefined {
  const seconds = Number(
    parameterInForce('STATEMENT_TIMEOUT_IN_SECONDS', parameters, session.engine.parameters),
  );
  // 0 is the longest there is; and a timer cannot wait longer than 24 days.
  if (seconds === 0 || seconds > 1_000_000) return undefined;
  const message = `Statement reached its statement or warehouse timeout of ${seconds} second(s) and was canceled.`;
  return later(() => query.end(new SqlRefused('000630', '57014', message)), seconds * 1000).unref();
}
