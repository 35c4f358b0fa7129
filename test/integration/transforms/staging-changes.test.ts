import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { releaseSource } from '../../../transforms/engine/warehouse/source-hold.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn } from '../../support/platform-parts.ts';
import { publishedShop } from '../../support/published-shop.ts';
import { appendBatch, hexPosition } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

const firstRows = [
  productRow(1, '1'),
  customerRow(2, '1'),
  orderRow(3, '1', { customer_id: '1' }),
  lineRow(4, '1', '1'),
  paymentRow(5, '1', '1'),
  paymentRow(6, '2', '1'),
];

/** A complete snapshot of a table as of a position, beside the log. */
function snapshotOf(table: string, position: number, rows: readonly LogEntry[]): LogEntry[] {
  return [
    { table, op: 's', position, data: {} },
    ...rows.map(({ data }) => ({ table, op: 'r' as const, position, data })),
  ];
}

test('a truncate takes its rows out of staging and of the marts, with images of what was there', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  const truncate: LogEntry = { table: 'payments', op: 't', position: 7, data: {} };
  await appendBatch(warehouse, {
    id: 'b2',
    from: 6,
    to: 8,
    entries: [truncate, paymentRow(8, '3', '1')],
  });
  expect(await transforms.stage()).toMatchObject({ changedRows: 3 });
  const images = await warehouse.query(
    'select payment_id, _image from feed.stg_shop__payments where _step = 2 order by 1',
  );
  expect(images).toEqual([
    { payment_id: 1n, _image: 'before' },
    { payment_id: 2n, _image: 'before' },
    { payment_id: 3n, _image: 'after' },
  ]);
  const built = await transforms.build();
  expect(built.held).toEqual([]);
  expect(await warehouse.query('select payment_id from marts.fct_payments')).toEqual([{ payment_id: 3n }]);
  await warehouse.close();
});

test('a snapshot that says what is known changes nothing: no row, no version, no image', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  const before = await warehouse.query('select * from staging.stg_shop__customers');
  await appendBatch(warehouse, { id: 'b2', from: 6, to: 9, entries: [orderRow(9, '2')] });
  await transforms.stage();
  await appendBatch(warehouse, {
    id: 's1',
    source: 'shop_snapshots',
    from: 0,
    to: 1,
    entries: [
      ...snapshotOf('customers', 8, [customerRow(8, '1')]),
      ...snapshotOf('payments', 8, [paymentRow(8, '1', '1'), paymentRow(8, '2', '1')]),
    ],
  });
  expect(await transforms.stage()).toMatchObject({ batches: 1, changedRows: 0 });
  expect(await warehouse.query('select * from staging.stg_shop__customers')).toEqual(before);
  for (const model of ['customers', 'payments'])
    expect(await warehouse.query(`select * from feed.stg_shop__${model} where _step > 2`)).toEqual([]);
  const built = await transforms.build();
  expect(built.checks.filter(({ status }) => status !== 'pass' && status !== 'warn')).toEqual([]);
  await warehouse.close();
});

test('a snapshot waits for the log to come to it, mends what the log lost, and ends what it does not name', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  const snapshot = snapshotOf('payments', 8, [paymentRow(8, '2', '1', { status: 'voided' })]);
  await appendBatch(warehouse, { id: 's1', source: 'shop_snapshots', from: 0, to: 1, entries: snapshot });
  expect(await transforms.stage()).toMatchObject({ batches: 0, step: 1n });
  await appendBatch(warehouse, { id: 'b2', from: 6, to: 9, entries: [orderRow(9, '2')] });
  expect(await transforms.stage()).toMatchObject({ batches: 2, changedRows: 3, watermark: hexPosition(9) });
  expect(
    await warehouse.query('select payment_id, status from staging.stg_shop__payments order by 1'),
  ).toEqual([{ payment_id: 2n, status: 'voided' }]);
  await warehouse.close();
});

test('the watermark goes by the log alone, whatever positions other sources have', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  for (const source of ['stripe', 'zendesk'])
    await appendBatch(warehouse, { id: source, source, from: 6, to: 900, entries: [] });
  expect(await transforms.stage()).toMatchObject({ batches: 2, watermark: hexPosition(6) });
  await warehouse.close();
});

test('a batch past a gap waits where it leaves values out, and only then', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  const { status, ...data } = paymentRow(9, '1', '1', { amount: '9.00' }).data;
  expect(status).toBeDefined();
  const partial: LogEntry = { table: 'payments', op: 'u', position: 9, data, unchanged: ['status'] };
  await appendBatch(warehouse, { id: 'b3', from: 8, to: 9, entries: [partial] });
  expect(await transforms.stage()).toMatchObject({ batches: 0 });
  await appendBatch(warehouse, {
    id: 'b2',
    from: 6,
    to: 8,
    entries: [paymentRow(8, '1', '1', { status: 'voided' })],
  });
  expect(await transforms.stage()).toMatchObject({ batches: 2, watermark: hexPosition(9) });
  const [row] = await warehouse.query(
    'select amount, status from staging.stg_shop__payments where payment_id = 1',
  );
  expect(row).toEqual({ amount: '9.00', status: 'voided' });
  await appendBatch(warehouse, { id: 'b5', from: 20, to: 21, entries: [orderRow(21, '3')] });
  expect(await transforms.stage()).toMatchObject({ batches: 1, watermark: hexPosition(9) });
  await warehouse.close();
});

test('a moved key whose old key was staged over meanwhile takes its values from the log', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  // Past the gap key 1 is there again; in the gap it was moved to key 9.
  await appendBatch(warehouse, {
    id: 'b3',
    from: 9,
    to: 10,
    entries: [{ ...paymentRow(10, '1', '1', { status: 'again' }), op: 'c' }],
  });
  expect(await transforms.stage()).toMatchObject({ batches: 1 });
  const { status, ...data } = paymentRow(8, '9', '1').data;
  const moved: LogEntry = {
    table: 'payments',
    op: 'c',
    position: 8,
    ordinal: 2,
    data,
    unchanged: ['status'],
  };
  await appendBatch(warehouse, {
    id: 'b2',
    from: 6,
    to: 9,
    entries: [{ table: 'payments', op: 'd', position: 8, data: { id: '1' } }, moved],
  });
  expect(await transforms.stage()).toMatchObject({ quarantined: 0 });
  expect(
    await warehouse.query('select payment_id, status from staging.stg_shop__payments order by 1'),
  ).toEqual([
    { payment_id: 1n, status: 'again' },
    { payment_id: 2n, status },
    { payment_id: 9n, status },
  ]);
  await warehouse.close();
});

test('what is made from a held source stays as it is, says why, and is taken up once it is released', async () => {
  const { warehouse, transforms } = await publishedShop(firstRows);
  await transforms.holdSource({ source: 'shop', table: 'payments', reason: 'column status was dropped' });
  expect(await transforms.isBehind()).toBe(true);
  await appendBatch(warehouse, {
    id: 'b2',
    from: 6,
    to: 8,
    entries: [orderRow(7, '2'), paymentRow(8, '3', '1')],
  });
  await transforms.stage();
  // All that has changed is made from it.
  await expect(transforms.build()).rejects.toMatchObject({
    code: 'TRANSFORM_HELD_BACK',
    message: expect.stringContaining('column status was dropped') as string,
  });
  await appendBatch(warehouse, { id: 'b3', from: 8, to: 9, entries: [customerRow(9, '2')] });
  await transforms.stage();
  const built = await transforms.build();
  const held = new Map(built.held.map(({ model, reasons }) => [model, reasons.join()]));
  expect(held.get('fct_payments')).toMatch(
    /^the source table shop\.payments is held since .*: column status was dropped$/,
  );
  expect(held.has('dim_customer')).toBe(false);
  expect(await warehouse.query('select count(*) as n from marts.fct_payments')).toEqual([{ n: 2n }]);
  expect((await transforms.heldBack()).map(({ model }) => model).toSorted()).toEqual(
    [...held.keys()].toSorted(),
  );
  expect(await transforms.isBehind()).toBe(false);
  expect(await transforms.releaseSource({ source: 'shop', table: 'payments' })).toBe(true);
  expect(await transforms.releaseSource({ source: 'shop', table: 'payments' })).toBe(false);
  expect(await transforms.isBehind()).toBe(true);
  await transforms.build();
  expect(await transforms.heldBack()).toEqual([]);
  expect(await warehouse.query('select count(*) as n from marts.fct_payments')).toEqual([{ n: 3n }]);
  await warehouse.close();
});

test('a hold that another process has released is found out after an hour, without a statement until then', async () => {
  const { warehouse } = await publishedShop(firstRows);
  let [nowMs, sent] = [0, 0];
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const counted = withStatementHook(warehouse, () => {
    sent += 1;
  });
  const transforms = await engineOn(counted, { clock });
  await transforms.holdSource({ source: 'shop', table: 'payments', reason: 'column status was dropped' });
  await expect(transforms.build()).rejects.toMatchObject({ code: 'TRANSFORM_HELD_BACK' });
  expect(await transforms.isBehind()).toBe(false);
  await releaseSource({ ...warehouse }, systemClock, { source: 'shop', table: 'payments' });
  sent = 0;
  nowMs += 3_599_999;
  expect([await transforms.isBehind(), sent]).toEqual([false, 0]);
  nowMs += 1;
  expect(await transforms.isBehind()).toBe(true);
  expect(sent).toBe(1);
  await warehouse.close();
});
