import { expect, test } from 'vitest';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';
import { zendeskMetricEvent, zendeskTicket } from '../../support/zendesk-rows.ts';

const giftCard = (position: number, order: string, day: string): LogEntry[] => [
  orderRow(position, order, { placed_at: `${day} 12:00:00+00` }),
  lineRow(position + 1, order, order, { product_id: '2', quantity: '1', unit_price: '50.00' }),
];
const goods = (position: number, order: string, day: string, change = {}): LogEntry[] => [
  orderRow(position, order, { placed_at: `${day} 12:00:00+00`, ...change }),
  lineRow(position + 1, order, order),
];

/** Takes in changes of the shop and builds. */
async function take(
  { warehouse, transforms }: Star,
  from: number,
  entries: readonly LogEntry[],
): Promise<void> {
  await appendBatch(warehouse, { id: `b${from}`, from, to: from + 100, entries });
  await transforms.stage();
  await transforms.build();
  expect(await transforms.heldBack()).toEqual([]);
}

interface Star {
  readonly warehouse: DuckdbWarehouse;
  readonly transforms: Transforms;
}

async function rows(warehouse: DuckdbWarehouse, sql: string): Promise<string[]> {
  return (await warehouse.query(sql)).map((row) => Object.values(row).map(String).join(' '));
}

/** What was kept up to date is what is made anew. */
async function mustEqualRebuilt({ warehouse, transforms }: Star): Promise<void> {
  const kept = await martContents(warehouse);
  await transforms.build({ fullRefresh: true });
  expect(await martContents(warehouse)).toEqual(kept);
}

test('a gift card sold late changes the balance of every later day, of its currency alone', async () => {
  const star = await openTransforms();
  const balances = (): Promise<string[]> =>
    rows(
      star.warehouse,
      'select currency, move_date, outstanding_minor from marts.agg_gift_cards_daily order by all',
    );
  await take(star, 0, [
    productRow(1, '1'),
    productRow(2, '2', { kind: 'gift_card' }),
    ...giftCard(3, '10', '2026-03-02'),
    ...giftCard(5, '11', '2026-03-05'),
    ...goods(7, '12', '2026-03-06'),
    paymentRow(9, '1', '12', { method: 'gift_card', created_at: '2026-03-06 12:00:00+00' }),
    orderRow(10, '13', { currency: 'EUR', placed_at: '2026-03-03 12:00:00+00' }),
    lineRow(11, '13', '13', { product_id: '2', quantity: '1', unit_price: '20.00' }),
  ]);
  expect(await balances()).toEqual([
    'EUR 2026-03-03 2000',
    'USD 2026-03-02 5000',
    'USD 2026-03-05 10000',
    'USD 2026-03-06 9500',
  ]);
  await take(star, 100, giftCard(101, '14', '2026-03-03'));
  expect(await balances()).toEqual([
    'EUR 2026-03-03 2000',
    'USD 2026-03-02 5000',
    'USD 2026-03-03 10000',
    'USD 2026-03-05 15000',
    'USD 2026-03-06 14500',
  ]);
  await mustEqualRebuilt(star);
  await star.warehouse.close();
});

test('the backlog of a day is what had come and was not done with, also after a late order and a cancellation', async () => {
  const star = await openTransforms();
  const backlog = (): Promise<string[]> =>
    rows(
      star.warehouse,
      'select date_day, open_orders, open_units from marts.agg_backlog_daily order by all',
    );
  await take(star, 0, [productRow(1, '1'), ...goods(3, '10', '2026-03-01'), ...goods(5, '11', '2026-03-04')]);
  expect(await backlog()).toEqual(['2026-03-01 1 2', '2026-03-02 1 2', '2026-03-03 1 2', '2026-03-04 2 4']);
  const cancelled = { cancelled_at: '2026-03-03 08:00:00+00', status: 'cancelled' };
  await take(star, 100, [
    orderRow(101, '10', { placed_at: '2026-03-01 12:00:00+00', ...cancelled }),
    ...goods(102, '9', '2026-03-02'),
  ]);
  expect(await backlog()).toEqual(['2026-03-01 1 2', '2026-03-02 2 4', '2026-03-03 1 2', '2026-03-04 2 4']);
  await mustEqualRebuilt(star);
  await star.warehouse.close();
});

test('a day of the finance aggregate is read by its day alone, and only where something of it changed', async () => {
  const { warehouse, transforms } = await openTransforms();
  await take({ warehouse, transforms }, 0, [
    productRow(1, '1'),
    ...goods(3, '10', '2026-03-01'),
    ...goods(5, '11', '2026-03-04'),
  ]);
  const statements: string[] = [];
  const watched = await engineOn(withStatementHook(warehouse, (sql) => void statements.push(sql)));
  const reads = (): string[] =>
    statements.filter((sql) => /finance_day_key/.test(sql) && /event_date between/.test(sql));
  await take({ warehouse, transforms: watched }, 100, goods(103, '12', '2026-03-04'));
  expect(
    reads().some((sql) => sql.includes("event_date between date '2026-03-04' and date '2026-03-04'")),
  ).toBe(true);
  statements.length = 0;
  // The status of an order is no event: no day is touched.
  await take({ warehouse, transforms: watched }, 200, [
    orderRow(201, '10', { placed_at: '2026-03-01 12:00:00+00', status: 'paid' }),
  ]);
  expect(reads()).toEqual([]);
  await mustEqualRebuilt({ warehouse, transforms });
  await warehouse.close();
});

test('a ticket that comes before its order, and a reply before its ticket, end as if they had come in order', async () => {
  const star = await openTransforms();
  const { warehouse, transforms } = star;
  const ticket = (): Promise<string[]> =>
    rows(
      warehouse,
      `select t.ticket_id, t.order_key = o.order_key, t.first_reply_minutes, t.status, t.is_deleted
       from marts.fct_support_tickets as t left join marts.fct_orders as o on o.order_id = 10 order by all`,
    );
  const support = async (
    part: number,
    ...entries: Parameters<typeof appendApiBatch>[1]['entries']
  ): Promise<void> => {
    await appendApiBatch(warehouse, { id: `z${part}`, part, entries });
    await transforms.stage();
    await transforms.build();
  };
  await take(star, 0, [productRow(1, '1')]);
  await support(1, zendeskMetricEvent(660, 2, 7));
  expect(await ticket()).toEqual([]);
  await support(
    2,
    zendeskTicket(60, 7, { external_id: '10' }),
    zendeskTicket(61, 8, { external_id: 'mine' }),
  );
  expect(
    await rows(warehouse, 'select order_key, order_id from marts.fct_support_tickets order by all'),
  ).toEqual(['-2 null', '-1 10']);
  await take(star, 100, goods(101, '10', '2026-03-01'));
  await support(3, zendeskMetricEvent(60, 1, 7, { type: 'activate' }));
  await support(4, { source: 'zendesk', table: 'tickets', op: 'd', position: 70, data: { id: 8 } });
  expect(await ticket()).toEqual(['7 true 10 open false', '8 false null deleted true']);
  expect(
    await rows(
      warehouse,
      'select opened_tickets, deleted_tickets, first_replies, first_reply_minutes, backlog_tickets from marts.agg_support_daily',
    ),
  ).toEqual(['2 1 1 10 1']);
  await mustEqualRebuilt(star);
  await warehouse.close();
});
