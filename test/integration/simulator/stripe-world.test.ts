import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRandom } from '../../../simulator/world/random.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createShop, inOrder, startStripe, sum } from './stripe-rig.ts';
import type { StripeObject, StripeRig } from './stripe-rig.ts';

let db: TestDatabase;
let stripe: StripeRig;

beforeAll(async () => {
  db = await createShop(4000);
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

const byCard = "method in ('card', 'apple_pay')";

test('every card payment has its charge and its intent, with the cents of the shop', async () => {
  const charges = await stripe.all('charges');
  const intents = await stripe.all('payment_intents');
  const shown = charges.map((charge) => ({
    payment: (charge['metadata'] as Row)['payment_id'],
    order: (charge['metadata'] as Row)['order_id'],
    intent: charge['payment_intent'],
    cents: charge['amount'],
    captured: charge['amount_captured'],
    refunded: charge['amount_refunded'],
    status: charge['status'],
    created: charge.created,
    email: (charge['billing_details'] as Row)['email'],
  }));
  const expected = await sql(`
    select a.id::text as payment, a.order_id::text as order, a.processor_ref as intent,
      (a.amount * 100)::int as cents, coalesce(c.cents, 0)::int as captured,
      case when v.order_id is not null then (a.amount * 100)::int else coalesce(r.cents, 0)::int end as refunded,
      a.status, floor(extract(epoch from a.created_at))::int as created, s.email
    from payments a join orders o on o.id = a.order_id left join customers s on s.id = o.customer_id
    left join (select order_id, sum(amount * 100) as cents from payments where kind = 'capture' group by 1) c
      on c.order_id = a.order_id and a.status = 'succeeded'
    left join (select order_id, sum(amount * 100) as cents from refunds group by 1) r
      on r.order_id = a.order_id and a.status = 'succeeded'
    left join (select distinct order_id from payments where kind = 'void') v
      on v.order_id = a.order_id and a.status = 'succeeded'
    where a.kind = 'authorisation' and a.${byCard}`);
  expect(expected.length).toBeGreaterThan(1000);
  expect(inOrder(shown)).toEqual(inOrder(expected));
  expect(inOrder(intents.map(({ id }) => id))).toEqual(inOrder(shown.map(({ intent }) => intent)));
  expect(new Set(intents.map((each) => each['latest_charge']))).toEqual(new Set(charges.map(({ id }) => id)));
  expect(sum(intents, 'amount_received')).toBe(sum(charges, 'amount_captured'));
  expect(charges.some((each) => each['status'] === 'failed')).toBe(true);
});

test('every refund of a card payment has its charge, every customer of the shop is one of Stripe', async () => {
  const refunds = await stripe.all('refunds');
  const expected = await sql(`
    select r.id::text as refund, r.payment_id::text as payment, (r.amount * 100)::int as cents,
      floor(extract(epoch from p.created_at))::int as created
    from refunds r join payments p on p.id = r.payment_id where ${byCard}`);
  const shown = refunds.map((each) => ({
    refund: (each['metadata'] as Row)['refund_id'],
    payment: (each['metadata'] as Row)['payment_id'],
    cents: each['amount'],
    created: each.created,
  }));
  expect(inOrder(shown)).toEqual(inOrder(expected));
  const charges = new Map((await stripe.all('charges')).map((each) => [each.id, each['payment_intent']]));
  for (const each of refunds) expect(charges.get(each['charge'] as string)).toBe(each['payment_intent']);
  const customers = await stripe.all('customers');
  const known = customers.map((each) => [
    (each['metadata'] as Row)['customer_id'],
    each['email'],
    each['name'],
  ]);
  const deleted = await sql(`select id from customers where simulator.stripe_dice('deleted', id, 100) = 0
    and simulator.stripe_deleted_at(id, created_at) <= now()`);
  const inShop = await sql('select id::text, email, full_name from customers');
  const left = inShop.filter(({ id }) => !deleted.some((each) => each['id'] === id));
  expect(inOrder(known)).toEqual(inOrder(left.map((each) => [each['id'], each['email'], each['full_name']])));
});

test('the balance moves by what was captured, refunded and disputed, less fees', async () => {
  // Once every dispute has come to its end.
  stripe.at(1000);
  const transactions = await stripe.all('balance_transactions');
  const of = (category: string): readonly StripeObject[] =>
    transactions.filter((each) => each['reporting_category'] === category);
  for (const each of transactions) {
    const {
      amount,
      fee,
      net,
      fee_details: details,
    } = each as unknown as Record<string, number> & {
      fee_details: readonly { amount: number }[];
    };
    expect(net).toBe((amount ?? 0) - (fee ?? 0));
    expect(details.reduce((total, detail) => total + detail.amount, 0)).toBe(fee);
  }
  for (const { amount, fee } of of('charge') as unknown as { amount: number; fee: number }[]) {
    expect(fee).toBe(Math.round(amount * 0.029 + 1e-9) + 30);
  }
  const charges = await stripe.all('charges');
  expect(sum(of('charge'), 'amount')).toBe(sum(charges, 'amount_captured'));
  expect(new Set(of('charge').map(({ id }) => id))).toEqual(
    new Set(charges.flatMap((each) => (each['captured'] === true ? [each['balance_transaction']] : []))),
  );
  expect(-sum(of('refund'), 'amount')).toBe(sum(await stripe.all('refunds'), 'amount'));
  const disputes = await stripe.all('disputes');
  expect(disputes.length).toBeGreaterThan(0);
  expect(-sum(of('dispute'), 'amount')).toBe(sum(disputes, 'amount'));
  expect(
    disputes
      .flatMap((each) => each['balance_transactions'] as StripeObject[])
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([...of('dispute'), ...of('dispute_reversal')].map(({ id }) => id).toSorted());
});

test('a payout is the sum of what became available on its day, and nothing is paid twice', async () => {
  const payouts = await stripe.all('payouts');
  const transactions = await stripe.all('balance_transactions');
  const moved = transactions.filter((each) => each['type'] !== 'payout');
  const days = new Map<number, StripeObject[]>();
  for (const each of moved) {
    const day = Math.floor((each['available_on'] as number) / 86_400);
    days.set(day, [...(days.get(day) ?? []), each]);
  }
  expect(payouts.length).toBeGreaterThan(100);
  for (const each of payouts) {
    const day = Math.floor(each.created / 86_400);
    expect(sum(days.get(day) ?? [], 'net')).toBe(each['amount']);
    days.delete(day);
  }
  // What is left is not available yet, or came to nothing.
  const lastDay = Math.floor((payouts[0]?.created ?? 0) / 86_400);
  for (const [day, left] of days) expect(day > lastDay || sum(left, 'net') === 0).toBe(true);
  const random = createRandom(1);
  for (let turn = 0; turn < 8; turn += 1) {
    const payout = random.pick(payouts);
    const [own, ...paid] = await stripe.all(`balance_transactions?payout=${payout.id}`);
    expect(own).toMatchObject({ type: 'payout', source: payout.id, net: -(payout['amount'] as number) });
    expect(sum(paid, 'net')).toBe(payout['amount']);
    const [first] = paid;
    expect(
      (await stripe.get(`balance_transactions?source=${String(first?.['source'])}`)).data,
    ).toContainEqual(first);
  }
  expect((await stripe.get('balance_transactions?payout=po_000000000000')).status).toBe(400);
});

test('time passes: money becomes available and is paid out, disputes come and are closed', async () => {
  const started = stripe.seconds();
  const daysUntil = (created: number): number => (created - started) / 86_400;
  const [newest] = (await stripe.get('balance_transactions?type=charge&limit=1')).data;
  const moved = daysUntil(newest?.created ?? 0);
  stripe.at(moved + 0.001);
  const pending = (await stripe.get(`balance_transactions/${newest?.id}`)).json;
  expect(pending).toMatchObject({ status: 'pending' });
  stripe.at(moved + 3);
  expect((await stripe.get(`balance_transactions/${pending.id}`)).json).toEqual({
    ...pending,
    status: 'available',
  });
  stripe.at(1000);
  const disputes = await stripe.all('disputes');
  for (const { id, status, charge } of disputes) {
    expect(['won', 'lost']).toContain(status);
    expect((await stripe.get(`charges/${String(charge)}`)).json['disputed']).toBe(true);
    expect((await stripe.get(`disputes?charge=${String(charge)}`)).data.map((each) => each.id)).toEqual([id]);
  }
  const first = disputes.at(-1);
  const begins = daysUntil(first?.created ?? 0);
  stripe.at(begins - 0.01);
  expect((await stripe.get('disputes')).data).toEqual([]);
  stripe.at(begins + 0.01);
  expect((await stripe.get('disputes')).data).toEqual([
    expect.objectContaining({ id: first?.id, status: 'needs_response' }),
  ]);
  const told = await stripe.get('events?type=charge.dispute.*');
  expect(told.data.map((each) => each['type'])).toEqual([
    'charge.dispute.funds_withdrawn',
    'charge.dispute.created',
  ]);
  stripe.at(-5000);
  expect((await stripe.get('charges')).json).toMatchObject({ object: 'list', data: [], has_more: false });
});

test('about one charge in 250 is disputed, one of these in ten after more than half a year', async () => {
  const [found] = await sql(`
    select count(*)::int as all, count(*) filter (where days between 5 and 46)::int as soon,
      count(*) filter (where days > 180)::int as late, max(days)::int as longest
    from (select extract(epoch from simulator.stripe_disputed_at(id, now()) - now()) / 86400 as days
          from generate_series(1, 100000) id where simulator.stripe_dice('dispute', id, 250) = 0) disputes`);
  const { all, soon, late, longest } = found as { all: number; soon: number; late: number; longest: number };
  expect(Math.abs(all - 400)).toBeLessThan(60);
  expect(Math.abs(soon / all - 0.7)).toBeLessThan(0.1);
  expect(Math.abs(late / all - 0.1)).toBeLessThan(0.05);
  expect(longest).toBeLessThan(801);
});

test('a customer who had Stripe forget them is in no list, and what is left of them can still be read', async () => {
  const before = await stripe.all('customers');
  stripe.at(500);
  const listed = new Set((await stripe.all('customers')).map(({ id }) => id));
  const gone = before.filter(({ id }) => !listed.has(id));
  expect(gone.length).toBeGreaterThan(0);
  const id = gone[0]?.id ?? '';
  expect((await stripe.get(`customers/${id}`)).json).toEqual({ id, object: 'customer', deleted: true });
  const [leaving] =
    await sql(`select extract(epoch from simulator.stripe_deleted_at(id, created_at) - now()) / 86400 as days
    from customers where id = ${Number.parseInt(id.slice(4), 36)}`);
  stripe.at(Number(leaving?.['days']) + 1);
  const [event] = (await stripe.all('events?type=customer.deleted')).filter(
    (each) => (each['data'] as { object: StripeObject }).object.id === id,
  );
  expect(event).toMatchObject({ data: { object: { email: gone[0]?.['email'] } } });
});

test('where refunds may fail, the money comes back and the payouts say so', async () => {
  const rig = await startStripe(db, { refundsMayFail: true });
  try {
    const refunds = await rig.all('refunds');
    const failed = refunds.filter((each) => each['status'] === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    const returned = await rig.all('balance_transactions?type=refund_failure');
    expect(inOrder(returned.map(({ id }) => id))).toEqual(
      inOrder(failed.map((each) => each['failure_balance_transaction'])),
    );
    const id = failed[0]?.['charge'];
    const kept = refunds.filter((each) => each['charge'] === id && each['status'] === 'succeeded');
    const charge = await rig.get(`charges/${String(id)}`);
    expect(charge.json).toMatchObject({ refunded: false, amount_refunded: sum(kept, 'amount') });
    const [payout] = (await rig.all('payouts')).filter(
      ({ created }) =>
        Math.floor(created / 86_400) === Math.floor((returned[0]?.['available_on'] as number) / 86_400),
    );
    const [, ...paid] = await rig.all(`balance_transactions?payout=${payout?.id}`);
    expect(paid.map(({ id }) => id)).toContain(returned[0]?.id);
    expect(sum(paid, 'net')).toBe(payout?.['amount']);
  } finally {
    await rig.stop();
  }
});
