import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { findOpenObjects } from '../../../ingest/stripe/open-objects.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import type { Manifest } from '../../../ingest/landing/manifest.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { day, hour, openStripeRig, streamNames } from './stripe-rig.ts';
import type { StripeRig } from './stripe-rig.ts';

const { signal } = new AbortController();

test('history, then hours, days and a night: the archive holds the account, object for object', async () => {
  await using rig = await openStripeRig(40, { refundsMayFail: true });
  const stripe = rig.stripe({ windowMs: 120 * day });
  const startedMs = rig.clock.monotonicMs();
  const first = await stripe.extract(signal, { mode: 'incremental' });
  const seconds = (rig.clock.monotonicMs() - startedMs) / 1000;
  // 20 requests a second, and no fewer: the limit is what takes the time.
  expect(first.requests).toBeGreaterThan(100);
  expect(first.requests).toBe(rig.host.stats('stripe').requests);
  expect(first.requests).toBeLessThanOrEqual(2 + 20 * seconds);
  expect(first.requests).toBeGreaterThan(15 * seconds);
  expect(first.streams.map(({ stream }) => stream).toSorted()).toEqual(streamNames.toSorted());
  expect(first.objects).toBeGreaterThan(1000);
  expect(await rig.current()).toEqual(await rig.world());

  for (const step of [hour, hour, 5 * hour, day, 3 * day, 8 * day]) {
    rig.clock.advance(step);
    await stripe.extract(signal, { mode: 'incremental' });
    expectWholeWindows(await rig.landed());
  }
  const { balance_transactions: balance, ...others } = await rig.current();
  const { balance_transactions: trueBalance, ...trueOthers } = await rig.world();
  // Deletions, disputes of old charges, refunds that came back: none of it is in a list of what is new.
  expect(others).toEqual(trueOthers);
  // What became available meanwhile has no event; the night finds it.
  expect(balance).not.toEqual(trueBalance);
  const night = await stripe.extract(signal, { mode: 'reconcile' });
  const settled = await rig.current();
  expect(settled['balance_transactions']).toEqual(trueBalance);
  expect(stripe.reconciliation()).toMatchObject({ error: undefined, payouts: { mismatches: [] } });
  expect(stripe.reconciliation()?.payouts.checked).toBeGreaterThan(5);
  expect(night.streams).toHaveLength(streamNames.length);

  expect(rig.drift).toEqual([]);
  expect(settled).not.toHaveProperty('_quarantine');
  expect(await stripe.status()).toMatchObject(
    streamNames.map((stream) => ({ stream, gaps: [], lastBatch: { rows: expect.any(Number) as number } })),
  );
});

describe('an outage', () => {
  test('of 3 hours, of 26 hours and of 31 days is caught up in whole windows', async () => {
    await using rig = await openStripeRig(40);
    const stripe = rig.stripe();
    await stripe.extract(signal, { mode: 'incremental' });

    rig.clock.advance(3 * hour);
    const short = await stripe.extract(signal, { mode: 'incremental' });
    expect(batchesOf(short, 'events')).toBe(1);

    rig.clock.advance(26 * hour);
    const longer = await stripe.extract(signal, { mode: 'incremental' });
    expect(batchesOf(longer, 'events')).toBe(5);
    expect(longer.streams.map(({ gap }) => gap)).toEqual(streamNames.map(() => undefined));

    rig.clock.advance(31 * day);
    const freshTo = (await stripe.status())[0]?.freshTo ?? '';
    const long = await stripe.extract(signal, { mode: 'incremental' });
    const gap = long.streams.find(({ stream }) => stream === 'events')?.gap;
    expect(gap?.fromMs).toBe(Date.parse(freshTo));
    expect(Math.round(((gap?.toMs ?? 0) - (gap?.fromMs ?? 0)) / day)).toBe(3);
    expect((await stripe.status())[0]?.gaps).toMatchObject([{ from: freshTo.replace(/000Z$/, '000Z') }]);
    // All that is listed was read again, since nobody knows any more what changed.
    const manifests = await rig.landed();
    expectWholeWindows(manifests);
    expect(await rig.current()).toEqual(await rig.world());

    rig.clock.advance(hour);
    const after = await stripe.extract(signal, { mode: 'incremental' });
    expect(after.streams.every(({ gap }) => gap === undefined)).toBe(true);
    expect((await stripe.status())[0]?.gaps).toHaveLength(1);
  });
});

test('a past window is read again without moving a cursor', async () => {
  await using rig = await openStripeRig(20);
  const stripe = rig.stripe();
  await stripe.extract(signal, { mode: 'incremental' });
  const before = await cursors(rig);
  const now = rig.clock.now().getTime();
  const window = { from: new Date(now - 200 * day), to: new Date(now - 130 * day) };
  const streams = ['charges', 'refunds'];
  const again = await rig
    .stripe({ windowMs: 30 * day })
    .extract(signal, { mode: 'backfill', streams, ...window });

  expect(await cursors(rig)).toEqual(before);
  const landed = extracts((await rig.landed()).slice(-again.batches));
  expect(landed.map(({ mode, cursorOut }) => `${mode} ${cursorOut}`)).toEqual(Array(6).fill('backfill null'));
  const created = Object.values((await rig.world())['charges'] ?? {}).filter(
    (each) =>
      Number(each['created']) * 1000 >= window.from.getTime() &&
      Number(each['created']) * 1000 < window.to.getTime(),
  );
  expect(again.streams.find(({ stream }) => stream === 'charges')?.objects).toBe(created.length);
  expect(created.length).toBeGreaterThan(10);
  expect(await rig.current()).toEqual(await rig.world());

  const refused = {
    EXTRACT_STREAM_UNKNOWN: { streams: ['invoices'] },
    EXTRACT_WINDOW_INVALID: { to: new Date(now + day) },
  };
  for (const [code, wrong] of Object.entries(refused)) {
    const asked = stripe.extract(signal, { mode: 'backfill', ...window, ...wrong });
    await expect(asked).rejects.toMatchObject({ code });
  }
});

test('a payout that does not equal its transactions is named, and all that was read is landed', async () => {
  await using rig = await openStripeRig(10);
  const stripe = rig.stripe();
  await stripe.extract(signal, { mode: 'incremental' });
  rig.clock.advance(2 * day);
  await stripe.extract(signal, { mode: 'incremental' });
  rig.host.faults('stripe').add({
    kind: 'wrong-type',
    stream: 'balance_transactions',
    field: 'net',
    value: 1,
    everyRow: true,
    times: 3,
  });
  const { batches } = await stripe.extract(signal, { mode: 'reconcile', streams: ['payouts'] });
  expect(batches).toBe(1);
  const { payouts, error } = stripe.reconciliation() ?? {};
  expect(error).toMatchObject({ code: 'STRIPE_PAYOUT_MISMATCH' });
  expect(payouts?.mismatches).toHaveLength(3);
  for (const { payout } of payouts?.mismatches ?? []) expect(String(error)).toContain(payout);
  expect((await rig.current())['payouts']).toEqual((await rig.world())['payouts']);
});

test('what a payout paid out is known of history at once, and of later days after the night', async () => {
  await using rig = await openStripeRig(10, { backlogLines: 300 });
  const stripe = rig.stripe();
  await stripe.extract(signal, { mode: 'incremental' });
  const known = async (): Promise<Record<string, string[]>> => {
    const byPayout: Record<string, string[]> = {};
    for (const [id, { payout }] of Object.entries(await rig.paidOut())) {
      if (typeof payout !== 'string') throw new TypeError(`${id} names no payout`);
      (byPayout[payout] ??= []).push(id);
    }
    return byPayout;
  };
  const expectAll = async (): Promise<void> => {
    const found = await known();
    for (const [id, { status }] of Object.entries((await rig.current())['payouts'] ?? {})) {
      const ids = status === 'paid' ? await rig.transactionsOf(id) : [];
      expect((found[id] ?? []).toSorted()).toEqual(ids.toSorted());
    }
  };
  expect(Object.keys(await known()).length).toBeGreaterThan(10);
  await expectAll();

  rig.clock.advance(6 * day);
  await stripe.extract(signal, { mode: 'incremental' });
  await stripe.extract(signal, { mode: 'reconcile', streams: ['payouts'] });
  await expectAll();
});

test('what is not done with is asked for every night, should its event have been lost', async () => {
  await using rig = await openStripeRig(200, { backlogLines: 4000 });
  await using warehouse = await openDuckdbWarehouse({ path: ':memory:' }).then((made) => ({
    ...made,
    [Symbol.asyncDispose]: () => made.close(),
  }));
  const openObjects = findOpenObjects(warehouse);
  const disputes = { table: 'disputes', terminal: ['won', 'lost'], createdFrom: 0 };
  expect(await openObjects(disputes)).toEqual([]);
  const stripe = rig.stripe({ openObjects });
  const loader = createLoader({
    spoolDir: tmpdir(),
    warehouse,
    store: rig.store,
    control: rig.control,
    source: 'stripe',
    tables: stripe.tables,
    clock: rig.clock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  const lists = ['disputes'];
  await stripe.extract(signal, { mode: 'incremental', streams: lists });
  await loader.load();
  const open = Object.entries((await rig.world())['disputes'] ?? {}).filter(
    ([, each]) => each['status'] !== 'won' && each['status'] !== 'lost',
  );
  expect((await openObjects(disputes)).toSorted()).toEqual(open.map(([id]) => id).toSorted());
  expect(open.length).toBeGreaterThan(0);

  rig.clock.advance(60 * day);
  expect((await rig.current())['disputes']).not.toEqual((await rig.world())['disputes']);
  await stripe.extract(signal, { mode: 'incremental', streams: lists });
  await stripe.extract(signal, { mode: 'reconcile', streams: lists });
  expect((await rig.current())['disputes']).toEqual((await rig.world())['disputes']);
});

test('the check tries every list with the key, and says what is missing', async () => {
  const scopes = streamNames.filter((each) => each !== 'disputes');
  await using rig = await openStripeRig(10, { backlogLines: 200, scopes });
  const failed = (await rig.stripe().check(signal)).filter(({ isOk }) => !isOk);
  expect(failed).toMatchObject([{ name: 'read disputes' }]);
  expect(failed[0]?.note).toContain('EXTRACT_FORBIDDEN');
});

function batchesOf(
  result: Awaited<ReturnType<ReturnType<StripeRig['stripe']>['extract']>>,
  name: string,
): number {
  return result.streams.find(({ stream }) => stream === name)?.batchIds.length ?? 0;
}

function extracts(manifests: readonly Manifest[]) {
  return manifests.flatMap((each) => (each.kind === 'extract' ? [each.extract] : []));
}

/** The windows that moved a stream's cursor follow one another: none begins after the one before it ended. */
function expectWholeWindows(manifests: readonly Manifest[]): void {
  for (const stream of streamNames) {
    const moved = extracts(manifests).filter((each) => each.stream === stream && each.cursorOut !== null);
    for (const [index, { windowFrom, windowTo }] of moved.entries()) {
      const before = moved[index - 1];
      if (before === undefined) continue;
      const isGap = Date.parse(windowFrom ?? '') > Date.parse(before.windowTo ?? '');
      const isNoted = isGap && JSON.parse(moved[index]?.cursorOut ?? '{}').gaps !== undefined;
      expect(isGap && !isNoted, `${stream} ${before.windowTo} .. ${windowFrom}`).toBe(false);
      expect(Date.parse(windowTo ?? '')).toBeGreaterThan(Date.parse(before.windowTo ?? ''));
    }
  }
}

async function cursors(rig: StripeRig): Promise<unknown> {
  return await rig.control.withSchema('ingest').from('cursor').select('*').orderBy('stream');
}
