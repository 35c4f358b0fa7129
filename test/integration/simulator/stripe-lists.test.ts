import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRandom } from '../../../simulator/world/random.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createShop, startStripe } from './stripe-rig.ts';
import type { StripeObject, StripeRig } from './stripe-rig.ts';

let db: TestDatabase;
let stripe: StripeRig;

beforeAll(async () => {
  db = await createShop(3000);
  stripe = await startStripe(db);
}, 150_000);

beforeEach(() => stripe.at(0));

afterAll(async () => {
  await stripe.stop();
  await db[Symbol.asyncDispose]();
});

type Row = Readonly<Record<string, unknown>>;

async function sql(text: string): Promise<readonly Row[]> {
  return (await db.pool.query<Row>(text)).rows;
}

test.each(['charges', 'refunds', 'customers', 'balance_transactions', 'events', 'payouts'])(
  '%s: any page of any window is the same slice of the whole list, forwards and backwards',
  async (name) => {
    const whole = await stripe.all(name);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    expect(whole.map(({ created }) => created)).toEqual(
      whole.map(({ created }) => created).toSorted((a, b) => b - a),
    );
    const random = createRandom(2);
    for (let turn = 0; turn < 12; turn += 1) {
      const [from, to] = [random.pick(whole).created, random.pick(whole).created].toSorted((a, b) => a - b);
      const limit = random.integer(1, 30);
      const within = whole.filter(({ created }) => created >= (from ?? 0) && created < (to ?? 0));
      const window = `limit=${limit}&created[gte]=${from}&created[lt]=${to}`;
      const first = await stripe.get(`${name}?${window}`);
      expect([first.data, first.hasMore]).toEqual([within.slice(0, limit), within.length > limit]);
      const place = random.integer(0, whole.length - 1);
      const before = await stripe.get(`${name}?limit=${limit}&ending_before=${whole[place]?.id}`);
      expect(before.data).toEqual(whole.slice(Math.max(0, place - limit), place));
      expect(before.hasMore).toBe(place > limit);
      const after = await stripe.get(`${name}?limit=${limit}&starting_after=${whole[place]?.id}`);
      expect(after.data).toEqual(whole.slice(place + 1, place + 1 + limit));
      expect((await stripe.get(`${name}/${whole[place]?.id}`)).json).toEqual(whole[place]);
    }
    const edge = random.pick(whole).created;
    const ids = async (bound: string): Promise<number> =>
      (await stripe.all(`${name}?created${bound}`)).length;
    expect(await ids(`[gt]=${edge}`)).toBe(whole.filter(({ created }) => created > edge).length);
    expect(await ids(`[lte]=${edge}`)).toBe(whole.filter(({ created }) => created <= edge).length);
    expect(await ids(`=${edge}`)).toBe(whole.filter(({ created }) => created === edge).length);
  },
);

test('events tell of everything for thirty days, as it was, and point to what can be read', async () => {
  const events = await stripe.all('events');
  const types = new Set(events.map((each) => each['type']));
  for (const type of ['charge.succeeded', 'payment_intent.succeeded', 'refund.created', 'payout.paid']) {
    expect(types).toContain(type);
  }
  const oldest = stripe.seconds() - 30 * 86_400;
  expect(Math.min(...events.map(({ created }) => created))).toBeGreaterThanOrEqual(Math.floor(oldest));
  const recent = (await stripe.all('charges')).filter(({ created }) => created > oldest + 60);
  const told = events.filter(
    (each) => each['type'] === 'charge.succeeded' || each['type'] === 'charge.failed',
  );
  const objectOf = (event: StripeObject): StripeObject => (event['data'] as { object: StripeObject }).object;
  expect(told.map((each) => objectOf(each).id)).toEqual(expect.arrayContaining(recent.map(({ id }) => id)));
  for (const event of events.filter((each) => each['type'] === 'charge.succeeded')) {
    expect(objectOf(event)).toMatchObject({ object: 'charge', created: event.created, amount_refunded: 0 });
  }
  const both = 'types[]=refund.created&types[]=payout.paid';
  expect(new Set((await stripe.all(`events?${both}`)).map((each) => each['type']))).toEqual(
    new Set(['refund.created', 'payout.paid']),
  );
  const family = await stripe.all('events?type=payout.*');
  expect(family).toEqual(events.filter((each) => String(each['type']).startsWith('payout.')));
  for (const event of family.slice(0, 3)) {
    expect((await stripe.get(`payouts/${objectOf(event).id}`)).status).toBe(200);
  }
  stripe.at(31);
  const old = await stripe.get(`events?ending_before=${events[0]?.id}`);
  expect([old.status, old.error]).toEqual([
    400,
    expect.objectContaining({ code: 'resource_missing', param: 'ending_before' }),
  ]);
  expect((await stripe.get(`events/${events[0]?.id}`)).status).toBe(404);
});

test('new payments, refunds and edits show up at once, in the lists and in the events', async () => {
  const newest = (await stripe.get('events?limit=1')).data[0]?.id;
  await sql(`
    with o as (insert into orders (id, order_number, customer_id, channel, currency, status, placed_at, updated_at)
      values (900001, 'SW-900001', 1, 'web', 'USD', 'paid', now(), now()) returning id),
    p as (insert into payments (id, order_id, kind, method, status, amount, currency, processor_ref, card_brand,
        card_last4, card_fingerprint, created_at, updated_at)
      select n, o.id, kind, 'card', 'succeeded', 12.34, 'USD', 'pi_0000000jclj', 'visa', '4242', 'fp', now(), now()
      from o, (values (900055, 'authorisation'), (900056, 'capture'), (900057, 'refund')) k (n, kind) returning id)
    insert into refunds (id, order_id, payment_id, amount, currency, reason, refunded_at)
      select 900001, o.id, 900057, 12.34, 'USD', 'goodwill', now() from o`);
  await sql('update customers set segment = segment, updated_at = now() where id = 2');
  stripe.at(0.01);
  const {
    data: [charge],
  } = await stripe.get('charges?limit=1&expand[]=data.refunds');
  expect(charge).toMatchObject({
    amount: 1234,
    refunded: true,
    metadata: { order_id: '900001' },
    customer: 'cus_000000000001',
  });
  expect(charge?.['refunds']).toMatchObject({ data: [{ amount: 1234, metadata: { reason: 'goodwill' } }] });
  const since = await stripe.get(`events?ending_before=${newest}&limit=100`);
  expect(since.data.map((each) => each['type'])).toEqual(
    expect.arrayContaining(['charge.succeeded', 'charge.refunded', 'refund.created', 'customer.updated']),
  );
  await sql(
    'delete from refunds where id = 900001; delete from payments where order_id = 900001; delete from orders where id = 900001',
  );
});
