import { expect, test } from 'vitest';
import { UnsafeNumber } from '../../../../ingest/extract/json.ts';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import { payoutError, payoutPages } from '../../../../ingest/stripe/payout-check.ts';
import type { PayoutCheck } from '../../../../ingest/stripe/payout-check.ts';
import { idOf } from '../../../../ingest/stripe/stripe-api.ts';
import type { StripeApi } from '../../../../ingest/stripe/stripe-api.ts';

const { signal } = new AbortController();
const reply = { sha256: 'a'.repeat(64), sentAtMicros: 1, requests: 1, headers: new Headers() };
const window = { fromMs: 0, toMs: 1000 };

async function check(
  payouts: readonly JsonObject[],
  transactions: Readonly<Record<string, readonly JsonObject[]>>,
  isReported = true,
) {
  const asked: string[] = [];
  const api: Pick<StripeApi, 'list'> = {
    list: async (path, query) => {
      const payout = query.find(([name]) => name === 'payout')?.[1];
      if (payout !== undefined) asked.push(payout);
      const data = path === '/v1/payouts' ? payouts : (transactions[payout ?? ''] ?? []);
      return { data, hasMore: false, reply };
    },
  };
  let found: PayoutCheck | undefined;
  const landed: string[] = [];
  const report = (result: PayoutCheck): void => void (found = result);
  const paidOut: JsonObject[] = [];
  const context = { signal, warn: () => {} };
  const pages = payoutPages(api as StripeApi, window, context, isReported ? report : undefined);
  for await (const { records } of pages) {
    landed.push(...records.map(({ table, object }) => `${table} ${idOf(object)}`));
    paidOut.push(
      ...records.filter(({ table }) => table === 'payout_transactions').map(({ object }) => object),
    );
  }
  return { found, asked, landed, paidOut };
}

const payout = (id: string, amount: number, more: JsonObject = {}): JsonObject => ({
  id,
  amount,
  currency: 'usd',
  automatic: true,
  status: 'paid',
  ...more,
});
const moved = (id: string, net: number, more: JsonObject = {}): JsonObject => ({
  id,
  net,
  type: 'charge',
  source: null,
  ...more,
});

test('a payout equals what it paid out, itself aside', async () => {
  const { found, landed } = await check([payout('po_1', 150)], {
    po_1: [moved('a', 200), moved('b', -50), moved('own', -150, { type: 'payout', source: 'po_1' })],
  });
  expect(found).toEqual({ checked: 1, mismatches: [] });
  expect(landed).toEqual([
    'payouts po_1',
    'balance_transactions a',
    'payout_transactions a',
    'balance_transactions b',
    'payout_transactions b',
    'balance_transactions own',
    'payout_transactions own',
  ]);
  expect(payoutError(found as PayoutCheck)).toBeUndefined();
});

test('which transactions a payout paid out lands without them where nobody compares', async () => {
  const transactions = { po_1: [moved('a', 150, { created: 7 })], po_2: [moved('b', 10, { created: 8 })] };
  const { found, landed, paidOut } = await check(
    [payout('po_1', 150), payout('po_2', 10)],
    transactions,
    false,
  );
  expect(found).toBeUndefined();
  expect(landed).toEqual(['payouts po_1', 'payouts po_2', 'payout_transactions a', 'payout_transactions b']);
  expect(paidOut).toEqual([
    { id: 'a', payout: 'po_1', created: 7 },
    { id: 'b', payout: 'po_2', created: 8 },
  ]);
});

test('one that does not is named with what is missing', async () => {
  const transactions = { po_1: [moved('a', 149)], po_2: [moved('b', 10)], po_3: [] };
  const { found } = await check([payout('po_1', 150), payout('po_2', 10), payout('po_3', 7)], transactions);
  expect(found?.checked).toBe(3);
  expect(found?.mismatches).toEqual([
    { payout: 'po_1', currency: 'usd', paidOut: 150, transactions: 1, sumOfNet: 149 },
    { payout: 'po_3', currency: 'usd', paidOut: 7, transactions: 0, sumOfNet: 0 },
  ]);
  expect(payoutError(found as PayoutCheck)).toMatchObject({
    code: 'STRIPE_PAYOUT_MISMATCH',
    message: '2 of 3 payouts do not equal their transactions: po_1 (-1 usd), po_3 (-7 usd)',
  });
});

test('a transaction that cannot be read holds up no other: what is landed of its payout is less', async () => {
  const odd = moved('b', 0, { net: new UnsafeNumber('9007199254740993') });
  const { found, landed } = await check([payout('po_1', 150), payout('po_2', 10)], {
    po_1: [moved('a', 149), odd],
    po_2: [moved('c', 10)],
  });
  expect(found?.mismatches).toMatchObject([{ payout: 'po_1', transactions: 1, sumOfNet: 149 }]);
  expect(landed).toContain('balance_transactions b');
});

test('payouts that are not settled, or that somebody made by hand, are not compared', async () => {
  const { found, asked } = await check(
    [
      payout('po_1', 1, { automatic: false }),
      payout('po_2', 2, { status: 'in_transit' }),
      payout('po_3', 3, { status: 'failed' }),
    ],
    {},
  );
  expect(found).toEqual({ checked: 0, mismatches: [] });
  expect(asked).toEqual([]);
});
