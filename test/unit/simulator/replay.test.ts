import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { readCsv } from '../../../simulator/replay/csv.ts';
import type { CsvRecord } from '../../../simulator/replay/csv.ts';
import { firstReplayId } from '../../../simulator/replay/id-offset.ts';
import { createInvoiceLineReader } from '../../../simulator/replay/invoice-line.ts';
import type { InvoiceLine } from '../../../simulator/replay/invoice-line.ts';
import { createMapper } from '../../../simulator/replay/mapper.ts';
import { productKindOf } from '../../../simulator/replay/product-kind.ts';

async function parse(...pieces: readonly string[]): Promise<readonly CsvRecord[]> {
  const all: CsvRecord[] = [];
  for await (const records of readCsv(Readable.from(pieces))) all.push(...records);
  return all;
}

test('reads back what a CSV writer wrote, wherever the text is cut', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', ' ', ',', '"', '\n', '1'), maxLength: 6 });
  const record = fc.array(field, { minLength: 2, maxLength: 4 });
  const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 5 }), cuts, fc.boolean(), async (rows, at, ends) => {
      const quoted = (text: string): string =>
        /[,"\n]/.test(text) || text.trim() === '' ? `"${text.replaceAll('"', '""')}"` : text;
      const text = rows.map((row) => row.map(quoted).join(',')).join('\n') + (ends ? '\n' : '');
      const places = [0, ...at.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
      expect((await parse(...pieces)).map((each) => each.fields)).toEqual(rows);
    }),
  );
});

test('counts lines of the file, also over line feeds in quotes and empty lines, and takes CRLF', async () => {
  const records = await parse('a,b\r\n"x\ny",1\r\n\r\nlast,2\r\n');
  expect(records.map(({ line, fields }) => [line, fields])).toEqual([
    [1, ['a', 'b']],
    [2, ['x\ny', '1']],
    [5, ['last', '2']],
  ]);
});

test.each(['a,"b', 'a,"b"c', 'a,b"c"'])('has no fields for broken quotes: %s', async (text) => {
  expect((await parse(text)).map((each) => each.fields)).toEqual([undefined]);
});

test.each([
  ['85123A', 'goods'],
  ['PADS', 'goods'],
  ['DCGSSGIRL', 'goods'],
  ['post', 'goods'],
  ['POST', 'shipping'],
  ['DOT', 'shipping'],
  ['C2', 'shipping'],
  ['D', 'discount'],
  ['gift_0001_20', 'gift_card'],
  ['M', 'adjustment'],
  ['m', 'adjustment'],
  ['B', 'adjustment'],
  ['S', 'adjustment'],
  ['CRUK', 'adjustment'],
  ['BANK CHARGES', 'fee'],
  ['AMAZONFEE', 'fee'],
  ['constructor', 'goods'],
])('stock code %s is %s', (code, kind) => {
  expect(productKindOf(code)).toBe(kind);
});

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

async function readLine(row: string, head = header): Promise<InvoiceLine> {
  const [first, second] = await parse(`${head}\n${row}`);
  if (first === undefined || second === undefined) throw new RangeError('two lines were given');
  return createInvoiceLineReader(first, 'sales.csv')(second);
}

test('reads a line, whatever the order of the columns', async () => {
  const expected = {
    invoiceNo: '536365',
    stockCode: '85123A',
    description: 'HEART, "WHITE"',
    quantity: -6,
    at: '2010-12-01 08:26:00',
    priceE4: 25_541,
    customerId: null,
    country: 'EIRE',
  };
  const row = '536365,85123A," HEART, ""WHITE"" ",-6,2010-12-01 08:26:00,2.5541,,EIRE';
  expect(await readLine(row)).toEqual(expected);
  const turned = '\uFEFFCountry,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo';
  const turnedRow = 'EIRE,,2.5541,2010-12-01 08:26:00,-6," HEART, ""WHITE"" ",85123A,536365';
  expect(await readLine(turnedRow, turned)).toEqual(expected);
});

test.each([
  ['536365,85123A,X,6,2010-12-01 08:26:00,2.55,17850', '7 fields instead of 8'],
  ['X36365,85123A,X,6,2010-12-01 08:26:00,2.55,17850,UK', 'InvoiceNo'],
  ['536365,,X,6,2010-12-01 08:26:00,2.55,17850,UK', 'StockCode'],
  ['536365,85123A,X,6.5,2010-12-01 08:26:00,2.55,17850,UK', 'Quantity'],
  ['536365,85123A,X,6,12/1/10 8:26,2.55,17850,UK', 'InvoiceDate'],
  ['536365,85123A,X,6,2011-02-29 08:26:00,2.55,17850,UK', 'InvoiceDate'],
  ['536365,85123A,X,6,2010-12-01 08:26:00,2.55555,17850,UK', 'UnitPrice'],
  ['536365,85123A,X,6,2010-12-01 08:26:00,2.55,17850.0,UK', 'CustomerID'],
  ['536365,85123A,X,6,2010-12-01 08:26:00,2.55,17850,', 'Country'],
  ['536365,85123A,"X,6,2010-12-01 08:26:00,2.55,17850,UK', 'quote'],
])('refuses %s', async (row, problem) => {
  const error = await readLine(row).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ShopwaveError);
  expect(error).toMatchObject({ code: 'REPLAY_ROW_INVALID', where: 'sales.csv:2' });
  expect(String(error)).toContain(problem);
});

test('names the columns that a header lacks', async () => {
  const error = await readLine('1,2', 'InvoiceNo,Quantity').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'REPLAY_COLUMNS_MISSING', where: 'sales.csv:1' });
  expect(String(error)).toContain('StockCode, Description, InvoiceDate');
});

function sale(fields: Partial<InvoiceLine>): InvoiceLine {
  return {
    invoiceNo: '536365',
    stockCode: '85123A',
    description: 'HEART',
    quantity: 1,
    at: '2010-12-01 08:26:00',
    priceE4: 25_500,
    customerId: 17850,
    country: 'UK',
    ...fields,
  };
}

test('an invoice that goes on in a later slice stays one order, and its lines keep counting', () => {
  const map = createMapper();
  const first = map([sale({}), sale({})]);
  const second = map([sale({ invoiceNo: '536366' }), sale({ at: '2010-12-01 09:01:00' })]);
  expect(first.orders.map((each) => each.number)).toEqual(['536365']);
  expect(second.orders.map((each) => each.number)).toEqual(['536366']);
  const lines = [...first.orderLines, ...second.orderLines];
  expect(lines.map((each) => [each.id - firstReplayId, each.invoiceId - firstReplayId, each.lineNo])).toEqual(
    [
      [1, 536365, 1],
      [2, 536365, 2],
      [3, 536366, 1],
      [4, 536365, 3],
    ],
  );
});

test('a product takes title and price from sales only, and is written only when they changed', () => {
  const map = createMapper();
  const first = map([
    sale({ quantity: -3, priceE4: 0, description: 'damaged' }),
    sale({ description: 'HEART' }),
    sale({ priceE4: 20_000 }),
    sale({ priceE4: 30_000, description: '' }),
  ]);
  expect(first.newProducts).toMatchObject([{ title: 'HEART', priceE4: 30_000, kind: 'goods' }]);
  expect(first.changedProducts).toEqual([]);
  expect(map([sale({ priceE4: 10_000 }), sale({ priceE4: 30_000 })]).changedProducts).toEqual([]);
  expect(map([sale({ quantity: -1, invoiceNo: 'C1', priceE4: 1 })]).changedProducts).toEqual([]);
  const at = '2010-12-02 10:00:00';
  expect(map([sale({ priceE4: 10_000, at })]).changedProducts).toMatchObject([
    { priceE4: 10_000, updatedAt: at },
  ]);
});

test('a customer who moves is written once a slice, and not for moving back within it', () => {
  const map = createMapper();
  expect(map([sale({}), sale({ country: 'EIRE' })])).toMatchObject({
    newCustomers: [{ id: firstReplayId + 17850, country: 'EIRE' }],
    changedCustomers: [],
  });
  expect(map([sale({ country: 'UK' }), sale({ country: 'EIRE' })]).changedCustomers).toEqual([]);
  expect(map([sale({ country: 'UK' })]).changedCustomers).toMatchObject([{ country: 'UK' }]);
});

test('adjustments keep their sign, and half a penny is rounded away from zero', () => {
  const { adjustments, orders } = createMapper()([
    sale({ invoiceNo: 'A563186', stockCode: 'B', priceE4: -110_620_600, description: 'Adjust bad debt' }),
    sale({ invoiceNo: '536589', quantity: -10, priceE4: 0, customerId: null, description: '' }),
    sale({ invoiceNo: '536590', quantity: -1, priceE4: 1_250 }),
  ]);
  expect(adjustments).toMatchObject([
    { reference: 'A563186', kind: 'account', quantity: 1, amountCents: -1_106_206, note: 'Adjust bad debt' },
    { reference: '536589', kind: 'stock', quantity: -10, amountCents: 0, note: null },
    { reference: '536590', kind: 'stock', quantity: -1, amountCents: -13 },
  ]);
  expect(orders).toEqual([]);
});
