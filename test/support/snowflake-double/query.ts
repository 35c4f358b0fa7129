import { randomUUID } from 'node:crypto';
import type { SqlRefused } from './contract.ts';
import type { ResultData } from './results.ts';

/** How a query ended: with what the client is given, or refused. */
export type QueryEnd =
  | { readonly kind: 'result'; readonly data: ResultData }
  | { readonly kind: 'refused'; readonly error: SqlRefused };

export type QueryStatus = 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR' | 'ABORTED';

/** What ends a query from outside; everything else that refuses it is a failure of its own. */
const abortCodes = new Set(['000604', '000630', '390111']);

/** One statement on its way, or its end, which stays for whoever asks again. */
export class Query {
  readonly id = randomUUID();
  readonly startedAt = Date.now();
  readonly sql: string;
  readonly signal: AbortSignal;
  readonly settled: Promise<QueryEnd>;
  endedAt: number | undefined;
  private outcome: QueryEnd | undefined;
  private readonly controller = new AbortController();

  constructor(sql: string, work: (query: Query) => Promise<QueryEnd>) {
    this.sql = sql;
    this.signal = this.controller.signal;
    this.settled = Promise.resolve()
      .then(() => work(this))
      .then((end) => {
        this.outcome = end;
        this.endedAt = Date.now();
        return end;
      });
  }

  get status(): QueryStatus {
    if (this.outcome === undefined) return 'RUNNING';
    if (this.outcome.kind === 'result') return 'SUCCESS';
    return abortCodes.has(this.outcome.error.code) ? 'ABORTED' : 'FAILED_WITH_ERROR';
  }

  get error(): SqlRefused | undefined {
    return this.outcome?.kind === 'refused' ? this.outcome.error : undefined;
  }

  /** Ends it while it runs; afterwards it does nothing. */
  end(reason: SqlRefused): void {
    if (this.outcome === undefined) this.controller.abort(reason);
  }
}
