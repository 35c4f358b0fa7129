import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { messageOf } from '../../lib/errors.ts';
import { duckdbCapabilities } from '../capabilities.ts';
import { warehouseErrors } from '../errors.ts';
import type { Row, Session, Warehouse } from '../warehouse.ts';
import { appendFile, reach } from './append-file.ts';
import { Database } from './database.ts';
import { ReaderInstance } from './reader-instance.ts';
import { duckdbSession, ending, streamRows, toRow } from './session.ts';
import { typedError } from './typed-error.ts';

/**
 * The embedded warehouse; `instance` lets the semantic layer read through the same, only possible, process. Its
 * connections outlive a reopening of the file.
 */
export interface DuckdbWarehouse extends Warehouse {
  readonly instance: DuckDBInstance;
}

export interface DuckdbOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** DuckDB's own budget, such as '700MB'; what exceeds it spills beside the file. */
  readonly memoryLimit?: string;
  /** Two, or one in memory: of a build of small tables, waking a second costs a sixth to a third of its processor time. */
  readonly threads?: number;
}

const readStatements: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** Opens the DuckDB file of this process (a second process cannot, even to read) with sessions in UTC. */
export async function openDuckdbWarehouse(options: DuckdbOptions): Promise<DuckdbWarehouse> {
  const isOnDisk = options.path !== ':memory:';
  const database = await Database.create({ open: () => openInstance(options), isOnDisk });
  const session = (connection: DuckDBConnection): Session => duckdbSession(connection);
  return {
    instance: new ReaderInstance(database),
    capabilities: duckdbCapabilities,
    query: (...statement) => database.use((connection) => session(connection).query(...statement)),
    execute: (...statement) => database.use((connection) => session(connection).execute(...statement)),
    transaction: (work) => database.use((connection) => inTransaction(session(connection), work)),
    stream: (sql, params, options) =>
      database.stream((connection) => streamRows(connection, sql, params, options)),
    queryReadOnly: (sql, limit, options) =>
      database.use((connection) => ending(connection, sql, options, () => readOnly(connection, sql, limit))),
    reach,
    appendFile,
    close: () => database.close(),
  };
}

async function openInstance(options: DuckdbOptions): Promise<DuckDBInstance> {
  try {
    if (options.path !== ':memory:') await mkdir(path.dirname(options.path), { recursive: true });
    return await DuckDBInstance.create(options.path, {
      memory_limit: options.memoryLimit ?? '700MB',
      threads: String(options.threads ?? (options.path === ':memory:' ? 1 : 2)),
      // Results are ordered only where a statement says so; the freedom halves the memory of large inserts.
      preserve_insertion_order: 'false',
      ...(options.path === ':memory:' ? { temp_directory: ownSpillFolder() } : {}),
      // Snowflake's order of nulls: the dialects give the same rows in the same order.
      default_null_order: 'nulls_last_on_asc_first_on_desc',
      // Of new files: raw rows, which are JSON, take half the space that they take in the oldest readable format.
      storage_compatibility_version: 'latest',
    });
  } catch (error) {
    throw openingError(error, options.path);
  }
}

/** DuckDB names files of a database in memory alike in every process, below the working directory: one takes another's. */
function ownSpillFolder(): string {
  return path.join(tmpdir(), `shopwave-duckdb-${process.pid}-${randomUUID()}`);
}

/** A disk that is full, or too little memory to take up the log, says so of itself: it may be over soon. */
function openingError(error: unknown, where: string): Error {
  const message = messageOf(error);
  const code = /lock on file/i.test(message) ? 'WAREHOUSE_LOCKED' : 'WAREHOUSE_OPEN_FAILED';
  const typed = typedError(error, where);
  return typed.retryable ? typed : warehouseErrors.error(code, { message, where, cause: error });
}

async function inTransaction<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  await session.execute('begin transaction');
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    // A failed statement may already have aborted the transaction; the first error is the one to report.
    await session.execute('rollback').catch(() => {});
    throw error;
  }
  await session.execute('commit');
  return result;
}

/**
 * The statement must be a read, and the transaction refuses what is none after all: EXPLAIN ANALYZE runs what it
 * explains.
 */
async function readOnly(connection: DuckDBConnection, sql: string, limit: number): Promise<Row[]> {
  const statements = await connection.extractStatements(sql).catch((error: unknown) => {
    throw typedError(error, sql);
  });
  try {
    await connection.run('begin transaction read only');
    const prepared = statements.count === 1 ? await statements.prepare(0) : undefined;
    if (prepared === undefined || !readStatements.has(prepared.statementType)) {
      throw notReadOnly(
        `expected one read, got ${statements.count} statement(s) of which at least one is none`,
      );
    }
    const reader = await prepared.streamAndReadUntil(limit);
    return reader.getRowObjects().slice(0, limit).map(toRow);
  } catch (error) {
    if (/read-only mode/i.test(messageOf(error))) throw notReadOnly('the statement would change something');
    throw typedError(error, sql);
  } finally {
    // Fails where there is none to roll back, which the first error explains.
    await connection.run('rollback').catch(() => {});
  }
}

function notReadOnly(message: string): Error {
  return warehouseErrors.error('WAREHOUSE_NOT_READ_ONLY', { message });
}
