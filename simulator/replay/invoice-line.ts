import { simulatorErrors } from '../errors.ts';
import type { CsvRecord } from './csv.ts';

/** One line of the data set, read and checked. */
export interface InvoiceLine {
  /** Six digits, or a letter and six digits: C for a cancellation, A for an adjustment of bad debt. */
  readonly invoiceNo: string;
  readonly stockCode: string;
  /** Trimmed; may be empty. */
  readonly description: string;
  readonly quantity: number;
  /** The file's own time, taken as UTC: '2010-12-01 08:26:00'. */
  readonly at: string;
  /** Unit price in ten-thousandths of a pound. */
  readonly priceE4: number;
  readonly customerId: number | null;
  readonly country: string;
}

const columnNames = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

type ColumnName = (typeof columnNames)[number];

/** Reads records of a file whose header named its columns in some order. */
export type InvoiceLineReader = (record: CsvRecord) => InvoiceLine;

/** A reader for the file with this header; throws for one that lacks a column. */
export function createInvoiceLineReader(header: CsvRecord, file: string): InvoiceLineReader {
  const names = (header.fields ?? []).map((name) => name.replace(/^\uFEFF/, '').trim());
  const missing = columnNames.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw simulatorErrors.error('REPLAY_COLUMNS_MISSING', {
      message: `the header has no column ${missing.join(', ')}`,
      where: `${file}:${header.line}`,
    });
  }
  const indexes = Object.fromEntries(columnNames.map((name) => [name, names.indexOf(name)]));
  let lastTime = '';
  return (record) => {
    const { fields } = record;
    if (fields === undefined)
      throw invalidRow(file, record.line, 'a quote is not closed, or text follows it');
    if (fields.length !== names.length) {
      throw invalidRow(file, record.line, `${fields.length} fields instead of ${names.length}`);
    }
    const field = (name: ColumnName): string => fields[indexes[name] ?? -1] ?? '';
    const problem = columnNames.find((name) => !shapes[name].test(field(name)));
    if (problem !== undefined)
      throw invalidRow(file, record.line, `${problem} is not ${expectations[problem]}`);
    // Lines of an invoice share their time, so the calendar is asked about once an invoice.
    if (field('InvoiceDate') !== lastTime && !isRealTime(field('InvoiceDate'))) {
      throw invalidRow(file, record.line, 'InvoiceDate is no day of the calendar');
    }
    lastTime = field('InvoiceDate');
    return toInvoiceLine(field);
  };
}

function isRealTime(at: string): boolean {
  const time = new Date(`${at.replace(' ', 'T')}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(at.slice(0, 10));
}

const shapes: Readonly<Record<ColumnName, RegExp>> = {
  InvoiceNo: /^[CA]?\d{1,9}$/,
  StockCode: /\S/,
  Description: /^/,
  Quantity: /^-?\d{1,9}$/,
  InvoiceDate: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/,
  UnitPrice: /^-?\d{1,8}(\.\d{1,4})?$/,
  CustomerID: /^\d{0,9}$/,
  Country: /\S/,
};

const expectations: Readonly<Record<ColumnName, string>> = {
  InvoiceNo: 'a number, with C or A before it or not',
  StockCode: 'a code',
  Description: 'a text',
  Quantity: 'a whole number',
  InvoiceDate: 'a time like 2010-12-01 08:26:00',
  UnitPrice: 'a price with at most four decimals',
  CustomerID: 'a number or empty',
  Country: 'a name',
};

function toInvoiceLine(field: (name: ColumnName) => string): InvoiceLine {
  const customerId = field('CustomerID');
  return {
    invoiceNo: field('InvoiceNo'),
    stockCode: field('StockCode'),
    description: field('Description').trim(),
    quantity: Number(field('Quantity')),
    at: field('InvoiceDate'),
    priceE4: Math.round(Number(field('UnitPrice')) * 10_000),
    customerId: customerId === '' ? null : Number(customerId),
    country: field('Country').trim(),
  };
}

function invalidRow(file: string, line: number, problem: string): Error {
  return simulatorErrors.error('REPLAY_ROW_INVALID', { message: problem, where: `${file}:${line}` });
}
