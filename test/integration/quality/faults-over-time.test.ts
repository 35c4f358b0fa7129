import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckResult } from '../../../transforms/engine/checks/check.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { namesOf, openStar, redOf } from '../../support/four-source-star.ts';
import type { Star } from '../../support/four-source-star.ts';
import type { OrderStory, SourceRow } from '../../support/order-story.ts';
import { appendRows } from '../../support/source-log.ts';
import { shopRows } from '../../support/story-shop.ts';
import { stripeRows } from '../../support/story-stripe.ts';

let star: Star;
beforeAll(async () => {
  star = await openStar();
}, 600_000);
afterAll(() => star[Symbol.asyncDispose]());

/** What the hourly checks find. */
async function hourlyRed(): Promise<readonly CheckResult[]> {
  return (await star.transforms.runCadence('hourly')).checks.filter(({ status }) => status !== 'pass');
}

test('a source that is read no more is stale, and so is every mart that is made from it, and nothing else', async () => {
  const red = await star.within(async (inside) => {
    expect(await hourlyRed()).toEqual([]);
    await inside.execute(
      "update _meta.loaded_batch set to_committed_at = to_committed_at - interval 3 hour where source = 'shop'",
    );
    return await hourlyRed();
  });
  expect(red.filter(({ status }) => status === 'fail').map(({ model, name }) => `${model}.${name}`)).toEqual([
    'shop.fresh',
  ]);
  const marts = red.filter(({ status }) => status === 'warn');
  expect(new Set(marts.map(({ name }) => name))).toEqual(new Set(['reflects_shop']));
  expect(marts.map(({ model }) => model)).toEqual(
    expect.arrayContaining(['fct_orders', 'agg_finance_daily']),
  );
  expect(marts.map(({ model }) => model)).not.toContain('fct_payouts');
});

test('a mart whose newest rows are old is found, though its source was read', async () => {
  const red = await star.within(async (inside) => {
    await inside.execute("delete from marts.fct_shipments where shipped_at > timestamp '2026-03-18'");
    return namesOf(await hourlyRed());
  });
  expect(red).toEqual(['fct_shipments.fresh_shipped_at']);
});

test('a closed day that changes is told, and a backfill that changes it says so itself', async () => {
  const damage =
    "update marts.fct_order_events set amount_minor = amount_minor + 1 where order_id = 1 and event_type = 'sale'";
  const range = { models: ['fct_order_events'], from: '2026-03-01', to: '2026-03-02' };
  const [damaged, repaired, unsaid] = await star.within(async (inside) => {
    await star.transforms.runCadence('hourly');
    await inside.execute(damage);
    const before = namesOf(await hourlyRed());
    const { versions } = await star.transforms.backfill(range);
    expect(versions).toHaveLength(1);
    return [before, namesOf(await hourlyRed()), await withoutWord(inside, damage)] as const;
  });
  expect(damaged).toEqual(['fct_order_events.closed_days']);
  expect(repaired).toEqual([]);
  expect(unsaid).toEqual(['fct_order_events.closed_days']);
});

test('what one kind of event of a closed day has more does not hide what another has less', async () => {
  const red = await star.within(async (inside) => {
    await star.transforms.runCadence('hourly');
    await inside.execute(
      `update marts.fct_order_events set amount_minor = amount_minor + case event_type when 'sale' then 1 else -1 end
       where order_event_key in (
         select min(order_event_key) from marts.fct_order_events
         where order_id = 1 and event_type in ('sale', 'tax') group by event_type
       )`,
    );
    return namesOf(await hourlyRed());
  });
  expect(red).toEqual(['fct_order_events.closed_days']);
});

/** The same change of the same days, by a backfill whose word is taken away. */
async function withoutWord(inside: Warehouse, damage: string): Promise<readonly string[]> {
  await inside.execute(damage);
  await star.transforms.backfill({ models: ['fct_order_events'], from: '2026-03-01', to: '2026-03-03' });
  await inside.execute(
    'update marts.fct_order_events set amount_minor = amount_minor + 1 where order_id = 2',
  );
  const [said] = await inside.query(
    "select count(*) as n from _meta.restatement where model = 'fct_order_events' and reason like 'backfill %'",
  );
  expect(Number(said?.['n'])).toBeGreaterThanOrEqual(2);
  await inside.execute('delete from _meta.restatement');
  return namesOf(await hourlyRed());
}

test('an hour without orders that always had some is told, once enough weeks are known', async () => {
  const red = await star.within(async (inside) => {
    await inside.execute(
      `insert into marts.fct_orders by name
       select f.* replace (timestamp '2026-03-19 21:30:00' - to_hours(cast(168 * w + h as bigint)) as placed_at)
       from (select * from marts.fct_orders where order_id = 1) as f, range(1, 9) as weeks(w), range(0, 6) as hours(h), range(20)`,
    );
    return await hourlyRed();
  });
  expect(namesOf(red)).toEqual(['fct_orders.orders_an_hour']);
  expect(red[0]?.rows).toContainEqual(expect.objectContaining({ verdict: 'silent' }));
});

const ticket = (id: number): SourceRow => ({
  source: 'zendesk',
  table: 'tickets',
  data: { id, status: 'open', created_at: '2026-03-19T10:00:00Z', updated_at: '2026-03-19T10:00:00Z' },
});

test.each([
  [
    'a load that lost a row',
    "delete from raw.zendesk__tickets where json_extract_string(data, '$.id') = '602'",
  ],
  [
    'a load that doubled a row',
    "insert into raw.zendesk__tickets select * from raw.zendesk__tickets where json_extract_string(data, '$.id') = '602'",
  ],
])('%s', async (_, fault) => {
  const red = await star.within(async (inside) => {
    await appendRows(inside, [ticket(601), ticket(602)]);
    await inside.execute(fault);
    await star.transforms.stage();
    await star.transforms.build().catch(() => undefined);
    return await inside.query(
      `select model || '.' || name as name from _meta.check_result where status <> 'pass'
       and checked_at = (select max(checked_at) from _meta.check_result)`,
    );
  });
  expect(red.map(({ name }) => name)).toEqual(['stg_zendesk__tickets.r8_manifest_in_raw']);
});

const story: OrderStory = {
  id: 77,
  customer: 1,
  channel: 'app',
  currency: 'USD',
  country: 'DE',
  method: 'card',
  placed: '2026-03-10 12:00',
  paid: '2026-03-10 12:01',
  lines: [{ product: 1, quantity: 1, price: 2000 }],
};
const later = "update _meta.loaded_batch set to_committed_at = timestamp '2026-09-01'";

test('a difference that was found stays listed when its window is long past, until it is gone', async () => {
  const found = await star.after(stripeRows([story]), async ({ warehouse, red }) => {
    const first = namesOf(red);
    await warehouse.execute(later);
    const longPast = namesOf(await redOf(star.transforms));
    await warehouse.execute('delete from _meta.open_difference');
    return { first, longPast, forgotten: namesOf(await redOf(star.transforms)) };
  });
  expect(found.first).toEqual(['assert_r1_charges_have_payments']);
  expect(found.longPast).toContain('assert_r1_charges_have_payments');
  expect(found.forgotten).not.toContain('assert_r1_charges_have_payments');
  const open = await star.after(stripeRows([story]), async ({ warehouse }) => {
    const openNow = (): Promise<readonly unknown[]> =>
      warehouse.query('select name from _meta.open_difference');
    const before = await openNow();
    await appendRows(warehouse, shopRows(story));
    await star.transforms.stage();
    await star.transforms.build();
    return [before, await openNow()];
  });
  expect(open).toEqual([[{ name: 'assert_r1_charges_have_payments' }], []]);
});
