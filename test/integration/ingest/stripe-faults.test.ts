import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../simulator/saas/fault.ts';
import { day, hour, openStripeRig } from './stripe-rig.ts';
import type { StripeRig, World } from './stripe-rig.ts';
import type { Stripe } from '../../../ingest/stripe/stripe.ts';

const { signal } = new AbortController();

// One account whose days go by; each fault strikes one of them, and the next hour finds everything in its place.
let rig: StripeRig;
let stripe: Stripe;

beforeAll(async () => {
  rig = await openStripeRig(60, { backlogLines: 3000 });
  stripe = rig.stripe();
  await stripe.extract(signal, { mode: 'incremental' });
  rig.drift.length = 0;
}, 120_000);
afterAll(() => rig[Symbol.asyncDispose]());
afterEach(() => rig.host.faults('stripe').clear());

interface Case {
  readonly fault: Fault;
  /** Undefined: what was wrong passed by itself. */
  readonly code?: string;
  readonly pageSize?: number;
}

/** The list of a stream; its objects one by one are others' business. */
function listOf(stream: string): { readonly stream: string; readonly path: RegExp } {
  return { stream, path: new RegExp(`^/v1/${stream}$`) };
}

const cases: Readonly<Record<string, Case>> = {
  '429, seven times': { fault: { kind: 'rate-limited', ...listOf('charges'), times: 7 } },
  '429 without end': { fault: { kind: 'rate-limited', ...listOf('charges') }, code: 'EXTRACT_RATE_LIMITED' },
  '500, four times': { fault: { kind: 'server-error', ...listOf('charges'), times: 4 } },
  '500 on the second page': {
    fault: { kind: 'server-error', ...listOf('charges'), after: 1 },
    code: 'EXTRACT_SERVER_ERROR',
  },
  'an answer that never comes': { fault: { kind: 'timeout', ...listOf('charges'), times: 1 } },
  'connections that are reset': { fault: { kind: 'reset', ...listOf('charges'), times: 2 } },
  'no connection at all': { fault: { kind: 'reset', ...listOf('charges') }, code: 'EXTRACT_UNREACHABLE' },
  'a page for people': { fault: { kind: 'html', ...listOf('charges'), times: 2 } },
  'pages for people without end': { fault: { kind: 'html', ...listOf('charges') }, code: 'EXTRACT_NOT_JSON' },
  'a body that is cut off': { fault: { kind: 'truncated', ...listOf('charges'), after: 1, times: 1 } },
  'half a body that says it is whole': {
    fault: { kind: 'truncated', whole: true, ...listOf('charges'), times: 1 },
  },
  'bodies that are always cut off': {
    fault: { kind: 'truncated', ...listOf('charges') },
    code: 'EXTRACT_TRUNCATED',
  },
  'an empty page with more to come': {
    fault: { kind: 'empty-page', ...listOf('charges') },
    code: 'EXTRACT_EMPTY_PAGE',
  },
  'the same page for ever': {
    fault: { kind: 'repeated-page', ...listOf('charges') },
    code: 'EXTRACT_CURSOR_STUCK',
  },
  'a key that is refused': {
    fault: { kind: 'unauthorised', ...listOf('charges') },
    code: 'EXTRACT_UNAUTHORIZED',
  },
  'a right that is missing': {
    fault: { kind: 'forbidden', ...listOf('charges') },
    code: 'EXTRACT_FORBIDDEN',
  },
  'rows that are sent twice': { fault: { kind: 'duplicate-rows', ...listOf('charges') } },
  'rows that are deleted between two pages': {
    fault: { kind: 'deleted-rows', ...listOf('charges'), after: 1, times: 1 },
    pageSize: 2,
  },
};

test.each(Object.entries(cases))(
  '%s: a window is landed whole or not at all, and the next run makes up for it',
  async (_, { fault, code, pageSize = 1 }) => {
    rig.clock.advance(2 * day);
    const faults = rig.host.faults('stripe');
    const before = await freshness();
    const batchesBefore = (await rig.landed()).length;
    // Several pages, so that there is a second one to go wrong; and the nights find what has no event.
    const run = rig.stripe({ pageSize, http: { timeoutMs: fault.kind === 'timeout' ? 2000 : 30_000 } });
    faults.add(fault);
    const ran = run.extract(signal, { mode: 'incremental' });
    if (code === undefined) await ran;
    else await expect(ran).rejects.toMatchObject({ code });
    faults.clear();

    const after = await freshness();
    const stream = fault.stream ?? '';
    const landed = (await rig.landed()).slice(batchesBefore);
    const ofStream = landed.filter((each) => each.kind === 'extract' && each.extract.stream === stream);
    // The cursor moved exactly if the window was landed; the other streams went on.
    expect(ofStream).toHaveLength(code === undefined ? 1 : 0);
    for (const [name, at] of Object.entries(after)) {
      if (name === stream && code !== undefined) expect(at).toBe(before[name]);
      else expect(Date.parse(at), name).toBeGreaterThan(Date.parse(before[name] ?? ''));
    }
    rig.clock.advance(hour);
    await stripe.extract(signal, { mode: 'incremental' });
    await expectWorld();
  },
);

describe('what the rows themselves have wrong', () => {
  test('a value of another type sets its row aside; reading the window again puts it right', async () => {
    rig.clock.advance(day);
    const from = rig.clock.now();
    rig.clock.advance(2 * day);
    const faults = rig.host.faults('stripe');
    faults.add({ kind: 'wrong-type', stream: 'charges', field: 'amount', value: '12', times: 1 });
    faults.add({ kind: 'unseen-value', stream: 'payment_intents', field: 'status', value: 'sideways' });
    faults.add({ kind: 'unknown-field', stream: 'payouts', field: 'shiny', value: { secret: 'x' } });
    faults.add({ kind: 'vanished-field', stream: 'payment_intents', field: 'latest_charge' });
    await stripe.extract(signal, { mode: 'incremental', streams: ['charges', 'payouts', 'payment_intents'] });
    faults.clear();

    const [aside] = Object.values((await rig.current())['_quarantine'] ?? {});
    expect(aside).toMatchObject({ table: 'charges', column: 'amount', reason: 'retyped: string' });
    const seen = rig.drift.flatMap(({ observations }) =>
      observations.map(({ table, kind, path }) => `${table} ${kind} ${path}`),
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        'charges retyped amount',
        'payment_intents unseen_value status',
        'payouts unknown shiny',
        'payment_intents vanished latest_charge',
      ]),
    );
    expect(JSON.stringify([rig.drift, await rig.current()])).not.toMatch(/secret/);
    await stripe.extract(signal, { mode: 'incremental' });
    const to = rig.clock.now();
    await stripe.extract(signal, { mode: 'backfill', from: new Date(from.getTime() - hour), to });
    await expectWorld();
  });

  test('a number beyond 2^53 sets its row aside if it would be kept; the page lands, and the cursor moves', async () => {
    rig.clock.advance(4 * day);
    const faults = rig.host.faults('stripe');
    const huge = { kind: 'wrong-type', value: 2 ** 60 } as const;
    faults.add({ ...huge, ...listOf('charges'), field: 'amount', times: 1 });
    faults.add({ ...huge, ...listOf('payment_intents'), field: 'description', everyRow: true });
    faults.add({ ...huge, ...listOf('payment_intents'), field: 'metadata.note of Ann', everyRow: true });
    const before = await freshness();
    const batchesBefore = (await rig.landed()).length;
    const streams = ['charges', 'payment_intents'];
    await rig.stripe({ pageSize: 3 }).extract(signal, { mode: 'incremental', streams });
    faults.clear();

    const landed = (await rig.landed()).slice(batchesBefore);
    const [charges, intents] = streams.map((stream) =>
      landed.find((each) => each.kind === 'extract' && each.extract.stream === stream),
    );
    const pages = charges?.kind === 'extract' ? charges.extract.pages : [];
    expect(pages[0]?.objects).toBe(3);
    const rowsOf = (table: string): number => charges?.files.find((file) => file.table === table)?.rows ?? 0;
    const objects = pages.reduce((sum, page) => sum + page.objects, 0);
    expect([rowsOf('charges'), rowsOf('_quarantine')]).toEqual([objects - 1, 1]);
    expect(intents?.files.map(({ table }) => table)).toEqual(['payment_intents']);
    const after = await freshness();
    for (const stream of streams) expect(after[stream]).not.toBe(before[stream]);
    const aside = Object.values((await rig.current())['_quarantine'] ?? {});
    expect(aside).toContainEqual(
      expect.objectContaining({ table: 'charges', column: 'amount', reason: 'number_unsafe' }),
    );
    const all = JSON.stringify([rig.drift, await rig.current()]);
    expect(all).not.toContain(String(2 ** 60));

    await stripe.extract(signal, { mode: 'incremental' });
    const backfill = { from: new Date(before['charges'] ?? ''), to: rig.clock.now() };
    await stripe.extract(signal, { mode: 'backfill', ...backfill });
    await expectWorld();
  });

  test('a row that a slow clock dated back is found in the overlap', async () => {
    await stripe.extract(signal, { mode: 'incremental' });
    // Balance transactions have no events: nothing else would find it.
    const transactions = async (): Promise<NonNullable<World[string]>> =>
      (await rig.world('balance_transactions'))['balance_transactions'] ?? {};
    const before = new Set(Object.keys(await transactions()));
    let late: NonNullable<World[string]> = {};
    while (Object.keys(late).length === 0) {
      rig.clock.advance(hour);
      const now = Object.entries(await transactions());
      late = Object.fromEntries(now.filter(([id]) => !before.has(id)));
    }
    // Beyond the lag: only the overlap reaches it later.
    const created = Math.max(...Object.values(late).map((each) => Number(each['created']) * 1000));
    rig.clock.advance(Math.max(0, created + 5 * 60_000 - rig.clock.now().getTime()));
    const ids = Object.keys(late);
    const visibleAt = new Date(rig.clock.now().getTime() + 10 * 60_000);
    rig.host.faults('stripe').add({ kind: 'late-rows', stream: 'balance_transactions', ids, visibleAt });
    await stripe.extract(signal, { mode: 'incremental' });
    expect(Object.keys((await rig.current())['balance_transactions'] ?? {})).not.toContain(ids[0]);
    rig.clock.advance(30 * 60_000);
    await stripe.extract(signal, { mode: 'incremental' });
    rig.host.faults('stripe').clear();
    await expectWorld();
  });
});

describe('credentials', () => {
  test('that are rotated in the middle of a run are read anew, and the run goes on', async () => {
    rig.clock.advance(day);
    let windows = 0;
    const run = rig.stripe({
      onProgress: ({ state }) => {
        windows += state === 'running' ? 1 : 0;
        if (windows !== 2) return;
        rig.api.setKey('rk_test_two');
        rig.secrets['SHOPWAVE_STRIPE_KEY'] = 'rk_test_two';
      },
    });
    await run.extract(signal, { mode: 'incremental' });
    expect(rig.host.stats('stripe').byOutcome['401']).toBeGreaterThan(0);
    await expectWorld();
  });

  test('that are refused stop the run for now, and a new key needs no restart', async () => {
    rig.api.setKey('rk_test_three');
    rig.clock.advance(hour);
    const refused = stripe.extract(signal, { mode: 'incremental' });
    await expect(refused).rejects.toMatchObject({ code: 'EXTRACT_UNAUTHORIZED' });
    rig.secrets['SHOPWAVE_STRIPE_KEY'] = 'rk_test_three';
    await stripe.extract(signal, { mode: 'incremental' });
    await expectWorld();
  });
});

test('a run that is stopped leaves whole windows, and the next one goes on', async () => {
  rig.clock.advance(3 * day);
  const stop = new AbortController();
  const run = rig.stripe({
    pageSize: 2,
    onProgress: ({ state }) => {
      if (state === 'running') stop.abort();
    },
  });
  await expect(run.extract(stop.signal, { mode: 'incremental' })).rejects.toMatchObject({
    code: 'EXTRACT_ABORTED',
  });
  await stripe.extract(signal, { mode: 'incremental' });
  await expectWorld();
});

async function freshness(): Promise<Readonly<Record<string, string>>> {
  const status = await stripe.status();
  return Object.fromEntries(status.map(({ stream, freshTo = '' }) => [stream, freshTo]));
}

/** Balance transactions aside: that they became available is found at night. */
async function expectWorld(): Promise<void> {
  const known = comparable(await rig.current());
  const world = comparable(await rig.world());
  expect(known).toEqual(world);
}

function comparable(world: World): unknown {
  const { _quarantine: _, balance_transactions: balance = {}, ...others } = world;
  return { ...others, balance_transactions: Object.keys(balance).toSorted() };
}
