import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Column, RowStatement } from 'snowflake-sdk';
import { warehouseErrors } from '../errors.ts';
import type { Row } from '../warehouse.ts';
import { rowReader } from './values.ts';

/**
 * Rows of a finished statement from `start` on; memory holds what the driver reads ahead (three chunks of the result).
 * Who stops early ends the download.
 */
export async function* resultRows(
  statement: RowStatement,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Row> {
  const read = readerOf(statement);
  let done = start;
  for await (const values of rawRows(statement, start, signal)) {
    done += 1;
    yield read(values as readonly unknown[]);
  }
  mustBeComplete(statement, done);
}

/** All of them, without the price of an iteration for each. */
export function collectRows(statement: RowStatement, signal: AbortSignal): Promise<Row[]> {
  const read = readerOf(statement);
  return new Promise<Row[]>((resolve, reject) => {
    const rows: Row[] = [];
    rawRows(statement, 0, signal)
      .on('data', (values: readonly unknown[]) => rows.push(read(values)))
      .on('end', () => resolve(rows))
      .on('error', reject);
  }).then((rows) => {
    mustBeComplete(statement, rows.length);
    return rows;
  });
}

/** Snowflake says how many there are: an end that comes too early must not pass for the end. */
function mustBeComplete(statement: RowStatement, read: number): void {
  const expected = statement.getNumRows();
  if (read === expected) return;
  throw warehouseErrors.error('WAREHOUSE_UNAVAILABLE', {
    message: `a result of ${expected} rows ended after ${read}`,
    where: statement.getQueryId(),
  });
}

/** DML is answered with one row of counts, COPY with one for each file. Other columns are no numbers of changed rows. */
const counts = /^(number of rows (inserted|updated|deleted)\b.*|rows_loaded)$/;

/** How many rows a finished statement has changed. To be called off is too late for it: what it has done is done. */
export async function changedRows(statement: RowStatement): Promise<number> {
  const names = (statement.getColumns() ?? []).map((column) => column.getName().toLowerCase());
  const counted = names.filter((name) => counts.test(name));
  if (counted.length === 0) return 0;
  const rows = await collectRows(statement, new AbortController().signal);
  return rows.reduce((sum, row) => sum + counted.reduce((part, name) => part + Number(row[name] ?? 0), 0), 0);
}

function rawRows(statement: RowStatement, start: number, signal: AbortSignal): Readable {
  return addAbortSignal(signal, statement.streamRows({ start }));
}

function readerOf(statement: RowStatement): (values: readonly unknown[]) => Row {
  const columns = statement.getColumns() ?? [];
  for (const column of columns) readRaw(column);
  return rowReader(columns);
}

type Extract = (row: { readonly values: readonly unknown[] }) => unknown;

const extractName = '_getRowValue';

/**
 * Lets the driver hand over values as they came. Its own conversions lose digits of numbers, cost microseconds a timestamp,
 * and report to Snowflake when they lose something. They hang on this method of a column, which is not part of its
 * interface: the driver's version is pinned, and a test holds it to that.
 */
function readRaw(column: Column): void {
  const raw = column as Column & { [extractName]?: Extract };
  if (raw[extractName] === undefined)
    throw new TypeError(`snowflake-sdk: columns have no ${extractName} any more`);
  const index = column.getIndex();
  raw[extractName] = ({ values }) => values[index];
}
