import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStar } from '../../support/four-source-star.ts';
import type { GrownStar, Star } from '../../support/four-source-star.ts';
import { worldRows } from '../../support/four-source-world.ts';
import type { OrderStory, SourceRow } from '../../support/order-story.ts';
import { shopProduct, ticketRows } from '../../support/story-people.ts';
import { shopRows } from '../../support/story-shop.ts';

/** What comes after a star was published, and used to hold it back or to leave it behind. */

const late: OrderStory = {
  id: 301,
  customer: 3,
  channel: 'app',
  currency: 'USD',
  country: 'US',
  method: 'paypal',
  placed: '2026-03-09 10:00',
  paid: '2026-03-09 10:01',
  lines: [{ product: 2, quantity: 2, price: 1000 }],
  refunds: [{ at: '2026-03-10 10:00', units: [{ line: 1, quantity: 1 }] }],
};
const isOrder = ({ table }: SourceRow): boolean => table === 'orders';

let star: Star;
beforeAll(async () => {
  star = await openStar([...worldRows(), ...shopRows(late).filter((row) => !isOrder(row))]);
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

/** What a query answers, row by row as text, once further rows are in and nothing is held back. */
async function answerAfter(rows: readonly SourceRow[], query: string): Promise<readonly string[]> {
  return await star.after(rows, async ({ warehouse, transforms, red }: GrownStar) => {
    expect(await transforms.heldBack()).toEqual([]);
    expect(red.filter(({ status }) => status !== 'warn').map(({ name }) => name)).toEqual([]);
    return (await warehouse.query(query)).map((row) => Object.values(row).join(' '));
  });
}

test('a ticket that changes is still one ticket', async () => {
  const solved = ticketRows({
    id: 503,
    order: 3,
    requester: 9999,
    tag: 'cancel',
    created: '2026-03-10 09:00',
    replied: '2026-03-10 10:00',
    solved: '2026-03-11 10:00',
  });
  const tickets = 'select status from marts.fct_support_tickets where ticket_id = 503';
  expect(await answerAfter(solved, tickets)).toEqual(['solved']);
});

test('a refund that was there before its order is an event once that comes', async () => {
  const refunds = `select cast(event_date as varchar), amount_minor from marts.fct_order_events
    where order_id = 301 and event_type = 'refund'`;
  expect((await star.warehouse.query(refunds)).length).toBe(0);
  expect(await answerAfter(shopRows(late).filter(isOrder), refunds)).toEqual(['2026-03-10 -1000']);
});

test('an order that is deleted for good leaves with its events, whatever is left of it', async () => {
  const deleted: SourceRow = { source: 'shop', table: 'orders', data: { id: '2' }, op: 'd' };
  const left = `select (select count(*) from marts.fct_order_events where order_id = 2),
    (select count(*) from marts.fct_order_lines where order_id = 2 and order_key = -1)`;
  expect(await answerAfter([deleted], left)).toEqual(['0 2']);
});

test('a version that comes late is found by a line whose order has not come', async () => {
  const dearer = shopProduct(2, {
    seller: 1,
    price: '11.0000',
    since: '2026-01-05 09:00',
    updated: '2026-03-05 08:00',
  });
  const product = `select cast(p.price as varchar), s.seller_id from marts.fct_order_lines as l
    join marts.dim_product as p on p.product_key = l.product_key
    join marts.dim_seller as s on s.seller_key = l.seller_key where l.order_line_id = 30101`;
  expect(await answerAfter([dearer], product)).toEqual(['11.0000 1']);
});

test('an order whose lines are all cancelled is done with on the day of the last of them', async () => {
  const cancelled = shopRows({
    ...late,
    id: 302,
    refunds: [],
    cancelled: { at: '2026-03-12 12:00', beforeCapture: true },
  }).map((row) =>
    isOrder(row) ? { ...row, data: { ...row.data, status: 'paid', cancelled_at: null } } : row,
  );
  const closed = 'select cast(closed_date as varchar) from marts.fct_orders where order_id = 302';
  expect(await answerAfter(cancelled, closed)).toEqual(['2026-03-12']);
});
