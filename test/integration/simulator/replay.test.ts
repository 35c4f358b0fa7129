import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../../../lib/clock.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import type { ProgressEvent } from '../../../lib/progress.ts';
import { openDataFile } from '../../../simulator/replay/data-file.ts';
import { createMapper } from '../../../simulator/replay/mapper.ts';
import { readSlices } from '../../../simulator/replay/slices.ts';
import { replayOnlineRetail } from '../../../simulator/replay/online-retail.ts';
import type { ReplayOptions, ReplayResult } from '../../../simulator/replay/online-retail.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { truthByDefinition } from './shop-truth.ts';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const rows = [
  '536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
  '536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
  '536365,POST,POSTAGE,1,2010-12-01 08:27:00,18.005,17850,United Kingdom',
  '536366,85123a,"BOX, ""SMALL""",2,2010-12-01 09:00:00,1.95,,France',
  '536365,22752,LATE BABUSHKA ,2,2010-12-01 09:01:00,7.65,17850,United Kingdom',
  'C536379,D,Discount,-1,2010-12-02 09:41:00,27.50,14527,United Kingdom',
  'C536379,85123A,WHITE HEART,-2,2010-12-02 09:41:00,2.55,14527,United Kingdom',
  '536589,21777,,-10,2010-12-02 16:50:00,0,,United Kingdom',
  'A563185,B,Adjust bad debt,1,2010-12-03 14:50:00,-11062.06,,United Kingdom',
  '536400,gift_0001_20,Dotcom Gift £20,1,2010-12-03 15:00:00,16.67,17850,Spain',
];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-replay-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  const text = `${[header, ...lines].join('\n')}\n`;
  await writeFile(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

function replay(
  { url }: TestDatabase,
  file: string,
  options: Partial<ReplayOptions> = {},
): Promise<ReplayResult> {
  const parts = { clock: systemClock, logger: silentLogger, onProgress: ignoreProgress };
  return replayOnlineRetail({ url, file, speed: 'max', ...parts, ...options });
}

/** Everything the replay wrote, as text. */
async function contents({ pool }: TestDatabase): Promise<Record<string, readonly unknown[]>> {
  const queries = {
    products: `select sku, title, kind, price::text, updated_at::text from products order by sku collate "C"`,
    customers: `select id - 100000000000 as id, country, segment, updated_at::text from customers order by id`,
    orders: `select order_number, customer_id - 100000000000 as customer, status, ship_country, currency, channel,
             placed_at::text from orders order by order_number`,
    lines: `select o.order_number, l.line_no, p.sku, l.quantity, l.unit_price::text, l.created_at::text
            from order_lines l join orders o on o.id = l.order_id join products p on p.id = l.product_id order by l.id`,
    cancellations: `select c.number, c.order_id, c.before_capture, c.customer_id - 100000000000 as customer,
                    p.sku, l.quantity, l.unit_price::text, l.order_line_id
                    from cancellation_lines l join cancellations c on c.id = l.cancellation_id
                    join products p on p.id = l.product_id order by l.id`,
    adjustments: `select reference, a.kind, p.sku, quantity, amount::text, note from adjustments a
                  join products p on p.id = a.product_id order by a.id`,
  };
  const found: Record<string, readonly unknown[]> = {};
  for (const [name, sql] of Object.entries(queries)) {
    found[name] = (await pool.query({ text: sql, rowMode: 'array' })).rows;
  }
  return found;
}

test('writes every oddity of the data set as what it was, and nothing twice', async () => {
  await using db = await createTestDatabase();
  const file = await fileOf('odd.csv', rows);
  const result = await replay(db, file);
  expect(result).toEqual({
    rows: 10,
    orders: 3,
    orderLines: 6,
    cancellations: 1,
    cancellationLines: 2,
    adjustments: 2,
    customers: 2,
    products: 8,
    rowsWritten: 10,
  });
  const written = await contents(db);
  const [paid, gbp, retail] = ['paid', 'GBP', 'online-retail'];
  const uk = 'United Kingdom';
  expect(written).toEqual({
    products: [
      ['21777', null, 'goods', '0.0000', '2010-12-02 16:50:00+00'],
      ['22752', 'LATE BABUSHKA', 'goods', '7.6500', '2010-12-01 09:01:00+00'],
      ['85123A', 'WHITE HEART', 'goods', '2.5500', '2010-12-01 08:26:00+00'],
      ['85123a', 'BOX, "SMALL"', 'goods', '1.9500', '2010-12-01 09:00:00+00'],
      ['B', 'Adjust bad debt', 'adjustment', '-11062.0600', '2010-12-03 14:50:00+00'],
      ['D', 'Discount', 'discount', '27.5000', '2010-12-02 09:41:00+00'],
      ['POST', 'POSTAGE', 'shipping', '18.0050', '2010-12-01 08:27:00+00'],
      ['gift_0001_20', 'Dotcom Gift £20', 'gift_card', '16.6700', '2010-12-03 15:00:00+00'],
    ],
    customers: [
      ['14527', uk, 'regular', '2010-12-02 09:41:00+00'],
      ['17850', 'Spain', 'regular', '2010-12-03 15:00:00+00'],
    ],
    orders: [
      ['536365', '17850', paid, uk, gbp, retail, '2010-12-01 08:26:00+00'],
      ['536366', null, paid, 'France', gbp, retail, '2010-12-01 09:00:00+00'],
      ['536400', '17850', paid, 'Spain', gbp, retail, '2010-12-03 15:00:00+00'],
    ],
    lines: [
      ['536365', 1, '85123A', 6, '2.5500', '2010-12-01 08:26:00+00'],
      ['536365', 2, '85123A', 6, '2.5500', '2010-12-01 08:26:00+00'],
      ['536365', 3, 'POST', 1, '18.0050', '2010-12-01 08:27:00+00'],
      ['536366', 1, '85123a', 2, '1.9500', '2010-12-01 09:00:00+00'],
      ['536365', 4, '22752', 2, '7.6500', '2010-12-01 09:01:00+00'],
      ['536400', 1, 'gift_0001_20', 1, '16.6700', '2010-12-03 15:00:00+00'],
    ],
    cancellations: [
      ['C536379', null, false, '14527', 'D', 1, '27.5000', null],
      ['C536379', null, false, '14527', '85123A', 2, '2.5500', null],
    ],
    adjustments: [
      ['536589', 'stock', '21777', -10, '0.00', null],
      ['A563185', 'account', 'B', 1, '-11062.06', 'Adjust bad debt'],
    ],
  });
  expect(await replay(db, file)).toEqual({ ...result, rowsWritten: 0 });
  expect(await contents(db)).toEqual(written);
});

/** Jumps to the end of every sleep, and remembers how long they were. */
function jumpingClock(): Clock & { readonly sleeps: readonly number[] } {
  let passed = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(passed),
    monotonicMs: () => passed,
    sleep: (ms) => {
      sleeps.push(ms);
      passed += ms;
      return Promise.resolve();
    },
  };
}

test('hour by hour at N times real time gives the same shop as at once', async () => {
  await using paced = await createTestDatabase();
  await using whole = await createTestDatabase();
  const file = await fileOf('paced.csv.gz', rows);
  const clock = jumpingClock();
  await replay(paced, file, { speed: 3600, clock });
  await replay(whole, file);
  expect(await contents(paced)).toEqual(await contents(whole));
  // First lines of the hours, as seconds since 08:26 of the first day: one hour of data is one second.
  const hours = [0, 34, 25 * 60 + 15, 32 * 60 + 24, 54 * 60 + 24, 54 * 60 + 34].map(
    (minutes) => (minutes / 60) * 1000,
  );
  const waits = hours.map((at, index) => at - (hours[index - 1] ?? 0));
  expect(clock.sleeps.map(Math.round)).toEqual(waits.map(Math.round));
});

test('goes on after a stop, at another speed, with a longer file', async () => {
  await using db = await createTestDatabase();
  await using whole = await createTestDatabase();
  const stop = new AbortController();
  const part = await replay(db, await fileOf('part.csv', rows.slice(0, 9)), {
    speed: 1e9,
    signal: stop.signal,
    onProgress: ({ state, done }) => {
      if (state === 'running' && done === 5) stop.abort();
    },
  });
  expect(part).toMatchObject({ rows: 5, rowsWritten: 5 });
  const all = await fileOf('all.csv', rows);
  expect(await replay(db, all)).toMatchObject({ rows: 10, rowsWritten: 5, orderLines: 6, products: 8 });
  await replay(whole, all);
  expect(await contents(db)).toEqual(await contents(whole));
});

test('a bad line stops it with its place; the days that were complete stay and are not repeated', async () => {
  await using db = await createTestDatabase();
  const bad = rows.with(8, 'A563185,B,Adjust bad debt,one,2010-12-03 14:50:00,-11062.06,,United Kingdom');
  const file = await fileOf('bad.csv', bad);
  await expect(replay(db, file)).rejects.toMatchObject({ code: 'REPLAY_ROW_INVALID', where: `${file}:10` });
  expect((await contents(db))['lines']).toHaveLength(5);
  expect((await contents(db))['cancellations']).toHaveLength(0);
  expect(await replay(db, await fileOf('bad.csv', rows))).toMatchObject({ rows: 10, rowsWritten: 5 });
});

test('refuses another file than the one it began, a file cut short, and one that cannot be read', async () => {
  await using db = await createTestDatabase();
  await replay(db, await fileOf('one.csv', rows));
  const other = await fileOf(
    'other.csv',
    rows.with(3, '536366,85123a,BOX,2,2010-12-01 09:00:00,1.96,,France'),
  );
  await expect(replay(db, other)).rejects.toMatchObject({ code: 'REPLAY_FILE_DIFFERS' });
  const shorter = await fileOf('shorter.csv', rows.slice(0, 4));
  await expect(replay(db, shorter)).rejects.toMatchObject({ code: 'REPLAY_FILE_DIFFERS' });
  const missing = path.join(folder, 'missing.csv');
  await expect(replay(db, missing)).rejects.toMatchObject({ code: 'REPLAY_FILE_UNREADABLE', where: missing });
  const torn = path.join(folder, 'torn.csv.gz');
  await writeFile(torn, gzipSync(`${header}\n${rows.join('\n')}`).subarray(0, 200));
  await expect(replay(db, torn)).rejects.toMatchObject({ code: 'REPLAY_FILE_UNREADABLE', where: torn });
  const empty = path.join(folder, 'empty.csv');
  await writeFile(empty, '');
  await expect(replay(db, empty)).rejects.toMatchObject({ code: 'REPLAY_COLUMNS_MISSING' });
});

test('a simulated shop and a replayed data set live in one database, whichever came first', async () => {
  await using replayedFirst = await createTestDatabase();
  await using simulatedFirst = await createTestDatabase();
  const file = await fileOf('both.csv', rows);
  const simulate = (db: TestDatabase): Promise<void> =>
    createSimulator({
      url: db.url,
      seed: 1,
      backlogLines: 200,
      clock: systemClock,
      logger: silentLogger,
      onProgress: ignoreProgress,
    }).prepare();
  await replay(replayedFirst, file);
  await simulate(replayedFirst);
  await simulate(simulatedFirst);
  await replay(simulatedFirst, file);
  for (const { pool } of [replayedFirst, simulatedFirst]) {
    const { metrics } = await truthByDefinition(pool);
    expect(metrics['order_lines']).toBeGreaterThan(190n);
    const { rows: found } = await pool.query<{ n: string }>(
      "select count(*) as n from orders where currency = 'GBP'",
    );
    expect(found).toEqual([{ n: '3' }]);
  }
});

const realFile = path.resolve(import.meta.dirname, '../../../../shared/data/online-retail.csv.gz');
if (!existsSync(realFile)) process.stderr.write(`skipped: the whole data set is not at ${realFile}\n`);

/** Units and value (in ten-thousandths of a pound) of what the mapper makes of the file, after each of its days. */
async function mapRealFile(): Promise<{
  readonly counts: Readonly<Record<string, number>>;
  readonly days: ReadonlyMap<number, { readonly units: bigint; readonly valueE4: bigint }>;
}> {
  const map = createMapper();
  const counts = {
    rows: 0,
    orders: 0,
    orderLines: 0,
    cancellations: 0,
    adjustments: 0,
    customers: 0,
    products: 0,
  };
  const days = new Map<number, { units: bigint; valueE4: bigint }>();
  let units = 0n;
  let valueE4 = 0n;
  for await (const slice of readSlices(await openDataFile(realFile), realFile, 10, 0)) {
    const made = map(slice.lines);
    counts.rows = slice.rows;
    counts.orders += made.orders.length;
    counts.orderLines += made.orderLines.length;
    counts.cancellations += made.cancellations.length;
    counts.adjustments += made.adjustments.length;
    counts.customers += made.newCustomers.length;
    counts.products += made.newProducts.length;
    const signed = [
      ...made.orderLines.map((line) => [line.quantity, line.quantity * line.priceE4] as const),
      ...made.cancellationLines.map((line) => [-line.quantity, -line.quantity * line.priceE4] as const),
      ...made.adjustments.map((line) => [line.quantity, line.amountCents * 100] as const),
    ];
    for (const [quantity, value] of signed) {
      units += BigInt(quantity);
      valueE4 += BigInt(value);
    }
    days.set(slice.rows, { units, valueE4 });
  }
  return { counts, days };
}

test.skipIf(!existsSync(realFile))(
  'the whole data set: counts and sums as published, and a month of it in the shop',
  async () => {
    const { counts, days } = await mapRealFile();
    expect(counts).toEqual({
      rows: 541_909,
      orders: 20_725,
      orderLines: 531_282,
      cancellations: 3836,
      adjustments: 1339,
      customers: 4372,
      products: 4070,
    });
    expect(days.get(541_909)).toEqual({ units: 5_176_450n, valueE4: 97_477_479_340n });

    await using db = await createTestDatabase();
    const stop = new AbortController();
    const events: ProgressEvent[] = [];
    const { rows: written } = await replay(db, realFile, {
      signal: stop.signal,
      onProgress: (event) => {
        events.push(event);
        if ((event.done ?? 0) > 42_000) stop.abort();
      },
    });
    const { rows: sums } = await db.pool.query<{ value_e4: string; units: string }>(
      `select ((select sum(quantity * unit_price) from order_lines)
           - (select sum(quantity * unit_price) from cancellation_lines)
           + (select coalesce(sum(amount), 0) from adjustments)) * 10000 as value_e4,
            (select sum(quantity) from order_lines) - (select sum(quantity) from cancellation_lines)
          + (select coalesce(sum(quantity), 0) from adjustments) as units`,
    );
    const expected = days.get(written);
    expect(sums.map((row) => [row.units, Number(row.value_e4)])).toEqual([
      [String(expected?.units), Number(expected?.valueE4)],
    ]);
    expect(events.filter((each) => each.note?.endsWith(' left')).length).toBeGreaterThan(15);
  },
);
