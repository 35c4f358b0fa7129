import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createShop, startStripe } from './stripe-rig.ts';
import type { StripeObject, StripeRig } from './stripe-rig.ts';

let db: TestDatabase;
let stripe: StripeRig;

beforeAll(async () => {
  db = await createShop(1500);
  stripe = await startStripe(db);
}, 150_000);

beforeEach(() => stripe.at(0));

afterAll(async () => {
  await stripe.stop();
  await db[Symbol.asyncDispose]();
});

test('what names another object can be expanded, four levels deep', async () => {
  const path =
    'charges?limit=20&expand[]=data.balance_transaction&expand[]=data.customer&expand[]=data.refunds';
  const { data } = await stripe.get(path);
  for (const charge of data) {
    const { balance_transaction: moved, refunds } = charge as unknown as Record<
      string,
      { source?: string; object?: string }
    >;
    if (charge['captured'] === true)
      expect(moved).toMatchObject({ source: charge.id, amount: charge['amount_captured'] });
    expect(refunds?.object).toBe('list');
  }
  expect(data.some((each) => (each['customer'] as StripeObject | null)?.object === 'customer')).toBe(true);
  const one = await stripe.get(`charges/${data[0]?.id}?expand[]=payment_intent.latest_charge`);
  expect(one.json).toMatchObject({ payment_intent: { latest_charge: { id: data[0]?.id } } });
  const wrong = await stripe.get('charges?expand[]=data.amount');
  expect([wrong.status, wrong.error]).toEqual([400, expect.objectContaining({ param: 'expand' })]);
});

test('wrong requests are answered as Stripe answers them', async () => {
  const wrong: readonly (readonly [string, number, object])[] = [
    ['charges?limit=101', 400, { param: 'limit' }],
    ['charges?limit=0', 400, { param: 'limit' }],
    ['charges?limit=ten', 400, { message: 'Invalid integer: ten' }],
    ['charges?colour=red', 400, { code: 'parameter_unknown', param: 'colour' }],
    ['charges?created[around]=1', 400, { type: 'invalid_request_error' }],
    ['charges?created[gte]=1.5', 400, { param: 'created[gte]' }],
    ['charges?starting_after=ch_none', 400, { code: 'resource_missing', param: 'starting_after' }],
    ['charges?starting_after=a&ending_before=b', 400, { type: 'invalid_request_error' }],
    ['refunds?charge=ch_none', 400, { code: 'resource_missing', param: 'charge' }],
    ['charges/ch_none', 404, { code: 'resource_missing', message: "No such charge: 'ch_none'" }],
    [
      'nothings',
      404,
      { message: expect.stringMatching(/^Unrecognized request URL \(GET: \/v1\/nothings\)/) },
    ],
  ];
  for (const [path, status, error] of wrong) {
    const answer = await stripe.get(path);
    expect([path, answer.status, answer.error]).toEqual([path, status, expect.objectContaining(error)]);
    expect(answer.headers.get('request-id')).toMatch(/^req_\w+$/);
  }
  const version = { 'stripe-version': '2026-10-28.endive' };
  const fine = await stripe.get('charges?limit=1', version);
  expect([fine.status, fine.headers.get('stripe-version')]).toEqual([200, '2026-10-28.endive']);
  expect((await stripe.get('charges', { 'stripe-version': '2031-01-01.unheard' })).status).toBe(400);
});

test('faults and refusals come in Stripe’s own form', async () => {
  const rig = await startStripe(db, { scopes: ['charges'], plant: (path) => `planted in ${path}` });
  try {
    expect((await rig.get('charges')).status).toBe(200);
    const forbidden = await rig.get('refunds');
    expect([forbidden.status, forbidden.error]).toEqual([
      403,
      expect.objectContaining({ message: expect.stringContaining("'rak_refund_read'") }),
    ]);
    rig.host.faults('stripe').add({ kind: 'rate-limited', times: 1 });
    const limited = await rig.get('charges');
    expect([limited.status, limited.error]).toEqual([429, expect.objectContaining({ code: 'rate_limit' })]);
    expect([limited.headers.get('stripe-rate-limited-reason'), limited.headers.get('retry-after')]).toEqual([
      'global-rate',
      null,
    ]);
    rig.host.faults('stripe').add({ kind: 'server-error', times: 1 });
    const failed = await rig.get('charges');
    expect([failed.status, failed.headers.get('stripe-should-retry')]).toEqual([500, 'true']);
    rig.host.faults('stripe').add({ kind: 'empty-page', times: 1 });
    expect(await rig.get('charges')).toMatchObject({ data: [], hasMore: true });
    const [charge] = (await rig.get('charges?limit=1')).data;
    rig.host.faults('stripe').add({ kind: 'deleted-rows', times: 1 });
    const gone = await rig.get(`charges?starting_after=${charge?.id}`);
    expect([gone.status, gone.error]).toEqual([
      400,
      expect.objectContaining({ message: `No such charge: '${charge?.id}'`, param: 'starting_after' }),
    ]);
    rig.host.faults('stripe').clear();
    expect(charge?.['description']).toBe('planted in charge.description');
    rig.api.setKey('rk_test_next');
    expect((await rig.get('charges')).status).toBe(401);
    expect((await rig.get('charges', { authorization: 'Bearer rk_test_next' })).status).toBe(200);
    expect(rig.host.stats('stripe').byOutcome).toEqual({ 200: 4, 400: 1, 401: 1, 403: 1, 429: 1, 500: 1 });
  } finally {
    await rig.stop();
  }
});

test('a shop without rows is an account without objects; without tables the API fails until they are there', async () => {
  await using bare = await createTestDatabase();
  const rig = await startStripe(bare);
  try {
    expect((await rig.get('charges')).status).toBe(500);
    await using empty = await createShop(0);
    const other = await startStripe(empty);
    const lists = ['charges', 'payment_intents', 'refunds', 'disputes', 'balance_transactions', 'payouts'];
    for (const name of lists)
      expect((await other.get(name)).json).toMatchObject({ data: [], has_more: false });
    await other.stop();
  } finally {
    await rig.stop();
  }
});
