import type { DuckDBResult } from '@duckdb/node-api';
import type { Outcome, WireValue } from '../contract.ts';
import { asRefusal } from './duckdb-errors.ts';
import { columnsOf, Execution, nextRows } from './execution.ts';
import { Resolver } from './resolver.ts';
import { offsetsOf } from './wire-values.ts';
import type { WireStyle } from './wire-values.ts';
import type { Work } from './work.ts';

type Batch = readonly (readonly WireValue[])[];

/** A SELECT, WITH or VALUES: what is committed at this moment, and what its own transaction has changed. */
export async function runQuery(work: Work, sql: string): Promise<Outcome> {
  const { engine, session, statement } = work;
  const execution = new Execution(session.connection, statement.signal);
  try {
    const text = await engine.latch.reading(async () => {
      const resolver = new Resolver(engine, session);
      const translated = resolver.query(sql, statement.binds);
      if (resolver.reads) engine.warehouses.mustRun(session.warehouse);
      await execution.try(() => resolver.ready());
      await execution.begin();
      return translated;
    });
    const result = await execution.stream(text);
    const rows = new StreamedRows(result, execution, {
      offsetAt: offsetsOf(session.parameters.get('TIMEZONE')),
      indent: Number(session.parameters.get('JSON_INDENT')),
    });
    await rows.readAhead();
    return { kind: 'rows', statementType: 'SELECT', columns: columnsOf(result), rows };
  } catch (error) {
    await execution.rollback();
    throw error;
  }
}

/** Rows as they are computed; the first batch is there before anybody asks, so that most errors come at once. */
export class StreamedRows implements AsyncIterable<Batch> {
  /** Settles once the rows are read, or no longer wanted. */
  readonly ended: Promise<void>;
  private readonly result: DuckDBResult;
  private readonly execution: Execution;
  private readonly style: WireStyle;
  private first: Batch | undefined;
  private isEnded = false;
  private settle: () => void = () => {};

  constructor(result: DuckDBResult, execution: Execution, style: WireStyle) {
    this.result = result;
    this.execution = execution;
    this.style = style;
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  async readAhead(): Promise<void> {
    this.first = await this.read();
    if (this.first === undefined) await this.end();
    else this.execution.signal.addEventListener('abort', this.abort);
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch> {
    return {
      next: async () => {
        const batch = await this.nextBatch();
        return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
      },
      return: async () => {
        await this.end();
        return { done: true, value: undefined };
      },
    };
  }

  private async nextBatch(): Promise<Batch | undefined> {
    const { first } = this;
    this.first = undefined;
    if (first !== undefined) return first;
    if (this.isEnded) {
      this.execution.signal.throwIfAborted();
      return undefined;
    }
    try {
      const batch = await this.read();
      if (batch === undefined) await this.end();
      return batch;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  private async read(): Promise<Batch | undefined> {
    this.execution.signal.throwIfAborted();
    try {
      return await nextRows(this.result, this.style);
    } catch (error) {
      this.execution.signal.throwIfAborted();
      throw asRefusal(error);
    }
  }

  private readonly abort = (): void => void this.end();

  /** Lets go of what was not read. */
  async end(): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    this.execution.signal.removeEventListener('abort', this.abort);
    await this.execution.rollback();
    this.settle();
  }
}
