import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import type { Column, WireValue } from '../contract.ts';
import { wireTypeOfResult } from './column-types.ts';
import { asRefusal } from './duckdb-errors.ts';
import { wireValue } from './wire-values.ts';
import type { WireStyle } from './wire-values.ts';

/** A connection whose statements end when a signal says so. */
export class Execution {
  readonly connection: DuckDBConnection;
  readonly signal: AbortSignal;
  private isOver = false;
  private readonly abort = (): void => void this.interrupt();

  constructor(connection: DuckDBConnection, signal: AbortSignal) {
    this.connection = connection;
    this.signal = signal;
    signal.addEventListener('abort', this.abort);
    if (signal.aborted) this.abort();
  }

  /** Opens a transaction whose view of everything is this moment's. */
  async begin(): Promise<void> {
    await this.try(() => this.connection.run('begin transaction; from engine.pin limit 0'));
  }

  async run(sql: string): Promise<number> {
    return await this.try(async () => (await this.connection.run(sql)).rowsChanged);
  }

  async rows(sql: string): Promise<DuckDBValue[][]> {
    return await this.try(async () => (await this.connection.runAndReadAll(sql)).getRows());
  }

  async stream(sql: string): Promise<DuckDBResult> {
    return await this.try(() => this.connection.stream(sql));
  }

  async commit(): Promise<void> {
    await this.try(() => this.connection.run('commit'));
  }

  /** Undoes what was not committed; that there was nothing is fine. */
  async rollback(): Promise<void> {
    this.over();
    await this.connection.run('rollback').catch(() => {});
  }

  over(): void {
    this.isOver = true;
    this.signal.removeEventListener('abort', this.abort);
  }

  async try<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (this.signal.aborted) throw this.signal.reason;
      throw asRefusal(error);
    }
  }

  /** An interrupt is lost on a statement that is still being prepared, hence again until it has an effect. */
  private async interrupt(): Promise<void> {
    while (!this.isOver) {
      this.connection.interrupt();
      await sleep(10);
    }
  }
}

/** Runs work on a connection, and ends it when the signal does. */
export async function executing<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: (execution: Execution) => Promise<T>,
): Promise<T> {
  const execution = new Execution(connection, signal);
  try {
    return await work(execution);
  } finally {
    execution.over();
  }
}

export function columnsOf(result: DuckDBResult): Column[] {
  const names = result.columnNames();
  return result
    .columnTypes()
    .map((type, index) => ({ name: names[index] ?? '', ...wireTypeOfResult(type), nullable: true }));
}

/** The next rows on the wire; undefined at the end. */
export async function nextRows(
  result: DuckDBResult,
  style: WireStyle,
): Promise<(readonly WireValue[])[] | undefined> {
  const chunk = await result.fetchChunk();
  if (chunk === null || chunk.rowCount === 0) return undefined;
  const types = result.columnTypes();
  return chunk.getRows().map((row) =>
    row.map((value, index) => {
      const type = types[index];
      return type === undefined ? null : wireValue(value, type, style);
    }),
  );
}
