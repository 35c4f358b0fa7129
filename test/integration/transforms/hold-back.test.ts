import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildResult } from '../../../transforms/engine/run/request.ts';
import { engineOn, martContents, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { publishedShop } from '../../support/published-shop.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

type Parts = Awaited<ReturnType<typeof openTransforms>>;

let batches = 0;

async function take(
  { warehouse, transforms }: Parts,
  from: number,
  entries: readonly LogEntry[],
): Promise<void> {
  batches += 1;
  await appendBatch(warehouse, { id: `h${batches}`, from, to: from + entries.length, entries });
  await transforms.stage();
}

function statuses(result: BuildResult): Record<string, string> {
  return Object.fromEntries(result.models.map(({ model, status }) => [model, status]));
}

const start = [
  productRow(1, '1'),
  customerRow(2, '1', { created_at: '2026-03-01 00:00:00+00', updated_at: '2026-03-01 00:00:00+00' }),
  orderRow(3, '1', { customer_id: '1' }),
  lineRow(4, '1', '1'),
  paymentRow(5, '1', '1'),
];

/** The mart itself before those that are made of it, whose order is the plan's. */
function inOrderOfMaking(a: { readonly model: string }, b: { readonly model: string }): number {
  const [first, second] = [a, b].map(({ model }) => (model === 'fct_payments' ? '' : model));
  return (first ?? '').localeCompare(second ?? '');
}

/** What follows fct_payments where it is held back: the marts that read it. */
const madeOfPayments = ['agg_gift_card_moves_daily', 'agg_gift_cards_daily', 'dim_currency'].map((model) => ({
  model,
  version: 1,
  reasons: [expect.stringMatching(/^its input \w+ is held back$/)],
}));

test('a mart whose check fails stays at its last good version, and everything else is published', async () => {
  const parts = await publishedShop(start);
  const { warehouse, transforms } = parts;
  const payments = await warehouse.query('select * from marts.fct_payments');
  await take(parts, 5, [
    paymentRow(6, '2', '1', { kind: 'mystery' }),
    orderRow(7, '2'),
    lineRow(8, '2', '2'),
  ]);
  const result = await transforms.build();
  expect(result).toMatchObject({ published: true, publication: { version: 2, sourceWatermark: hex(5) } });
  expect(statuses(result)).toMatchObject({
    fct_payments: 'held',
    fct_orders: 'published',
    dim_date: 'skipped',
  });
  expect(result.held.toSorted(inOrderOfMaking)).toMatchObject([
    {
      model: 'fct_payments',
      version: 1,
      sourceWatermark: hex(5),
      reasons: [expect.stringContaining('accepted_values_kind')],
    },
    ...madeOfPayments,
  ]);
  expect(await warehouse.query('select * from marts.fct_payments')).toEqual(payments);
  expect(await warehouse.query('select count(*) as n from marts.fct_orders')).toEqual([{ n: 2n }]);
  expect((await transforms.heldBack()).map(({ model, version }) => ({ model, version }))).toEqual(
    ['fct_payments', 'agg_gift_card_moves_daily', 'agg_gift_cards_daily', 'dim_currency'].map((model) => ({
      model,
      version: 1,
    })),
  );
  // The same data would fail again, so nobody is behind; new data are tried.
  expect(await transforms.isBehind()).toBe(false);

  await take(parts, 8, [paymentRow(9, '2', '1', { kind: 'refund' })]);
  const mended = await transforms.build();
  expect(mended).toMatchObject({
    published: true,
    held: [],
    publication: { version: 3, sourceWatermark: hex(9) },
  });
  expect(await transforms.heldBack()).toEqual([]);
  expect(await warehouse.query('select count(*) as n from marts.fct_payments')).toEqual([{ n: 2n }]);
  await warehouse.close();
});

test('what cannot be computed is held back with all that is made from it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-broken-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
  const parts = await publishedShop(start);
  const { warehouse } = parts;
  const file = join(folder, 'models/marts/fct_payments.sql');
  await writeFile(file, `${await readFile(file, 'utf8')}\nthis is no SQL`);
  const edited = await engineOn(warehouse, { projectFolder: folder });
  await take(parts, 5, [orderRow(6, '2'), lineRow(7, '2', '2')]);
  const result = await edited.build();
  expect(statuses(result)).toMatchObject({ fct_payments: 'held', fct_orders: 'published' });
  expect(result.held.toSorted(inOrderOfMaking)).toMatchObject([
    { model: 'fct_payments', reasons: [expect.stringContaining('TRANSFORM_MODEL_FAILED')] },
    ...madeOfPayments,
  ]);
  expect(result.nodes.find(({ uniqueId }) => uniqueId.endsWith('.fct_payments'))).toMatchObject({
    status: 'error',
  });
  expect(await warehouse.query('select count(*) as n from marts.fct_payments')).toEqual([{ n: 1n }]);
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('what no longer agrees with a held-back mart is held back with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-across-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
  const parts = await publishedShop(start);
  const { warehouse } = parts;
  const file = join(folder, 'models/marts/fct_order_events.sql');
  await writeFile(file, `${await readFile(file, 'utf8')}\nthis is no SQL`);
  const edited = await engineOn(warehouse, { projectFolder: folder });
  const moved = customerRow(9, '1', { city: 'Rome', updated_at: '2026-03-05 00:00:00+00' });
  await take(parts, 5, [orderRow(6, '2'), lineRow(7, '2', '2'), paymentRow(8, '2', '2'), moved]);
  // Sale events of a day add up to its lines: with the events at their old rows, new lines would not.
  const result = await edited.build();
  expect(statuses(result)).toMatchObject({
    fct_order_events: 'held',
    fct_order_lines: 'held',
    fct_orders: 'held',
    // Its new row names an order that stands at version 1 and is not there.
    fct_payments: 'held',
    dim_customer: 'published',
  });
  expect(result.held.find(({ model }) => model === 'fct_order_lines')?.reasons[0]).toContain(
    'assert_r8_events_equal_lines',
  );
  expect(await warehouse.query('select count(*) as n from marts.fct_order_lines')).toEqual([{ n: 1n }]);
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('a dimension row that a held-back fact names stays until nobody names it any more', async () => {
  const parts = await openTransforms();
  const { warehouse, transforms } = parts;
  // The customer moved on the 5th, and payment and order on the 10th name that version.
  await take(parts, 0, [
    productRow(1, '1'),
    customerRow(2, '1', { city: 'Berlin', updated_at: '2026-03-01 00:00:00+00' }),
    customerRow(3, '1', { city: 'Rome', updated_at: '2026-03-05 00:00:00+00' }),
    orderRow(4, '1', { customer_id: '1', placed_at: '2026-03-10 00:00:00+00' }),
    paymentRow(5, '1', '1'),
  ]);
  await transforms.build();
  const versionKey = "select customer_key from marts.dim_customer where city = 'Rome'";
  const [rome] = await warehouse.query(versionKey);
  // A change from in between takes the version's place in history: Rome from the 3rd on, and its old key is gone.
  const rewrite = {
    ...customerRow(3, '1', { city: 'Rome', updated_at: '2026-03-03 00:00:00+00' }),
    ordinal: 0,
  };
  await take(parts, 5, [rewrite, paymentRow(7, '2', '1', { kind: 'mystery' })]);
  const result = await transforms.build();
  expect(statuses(result)).toMatchObject({
    dim_customer: 'published',
    fct_orders: 'published',
    fct_payments: 'held',
  });
  expect(await warehouse.query('select customer_key from marts.fct_payments')).toEqual([rome]);
  expect(
    await warehouse.query(
      `select count(*) as n from marts.dim_customer where customer_key = ${String(rome?.['customer_key'])}`,
    ),
  ).toEqual([{ n: 1n }]);
  expect(await warehouse.query('select model, row_key from _meta.kept_row')).toEqual([
    { model: 'dim_customer', row_key: String(rome?.['customer_key']) },
  ]);
  // A new order reads the dimension as it is, not the row that is only kept.
  await take(parts, 7, [orderRow(8, '2', { customer_id: '1', placed_at: '2026-03-12 00:00:00+00' })]);
  await transforms.build({ select: new Set(['fct_orders', 'fct_order_lines', 'fct_order_events']) });
  const [second] = await warehouse.query('select customer_key from marts.fct_orders where order_id = 2');
  expect(second?.['customer_key']).not.toBe(rome?.['customer_key']);

  await take(parts, 8, [paymentRow(9, '2', '1')]);
  expect((await transforms.build()).held).toEqual([]);
  expect(await warehouse.query('select * from _meta.kept_row')).toEqual([]);
  const recovered = await martContents(warehouse);
  await warehouse.close();
  expect(recovered).toEqual(await neverHeld());
});

/** The same log without the payment that held things back. */
async function neverHeld(): Promise<Record<string, string[]>> {
  const parts = await openTransforms();
  const { warehouse, transforms } = parts;
  await take(parts, 0, [
    productRow(1, '1'),
    customerRow(2, '1', { city: 'Berlin', updated_at: '2026-03-01 00:00:00+00' }),
    customerRow(3, '1', { city: 'Rome', updated_at: '2026-03-05 00:00:00+00' }),
    orderRow(4, '1', { customer_id: '1', placed_at: '2026-03-10 00:00:00+00' }),
    paymentRow(5, '1', '1'),
    { ...customerRow(3, '1', { city: 'Rome', updated_at: '2026-03-03 00:00:00+00' }), ordinal: 0 },
    orderRow(8, '2', { customer_id: '1', placed_at: '2026-03-12 00:00:00+00' }),
    paymentRow(9, '2', '1'),
  ]);
  await transforms.build();
  const contents = await martContents(warehouse);
  await warehouse.close();
  return contents;
}

function hex(position: number): string {
  return position.toString(16).toUpperCase().padStart(16, '0');
}
