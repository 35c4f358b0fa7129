import { z } from 'zod';
import type { JsonObject } from '../extract/json.ts';
import type { ReadContext, SourcePage, SourceRecord, Window } from '../extract/stream.ts';
import { stripeErrors } from './errors.ts';
import { createdWithin, listPages } from './list-pages.ts';
import { pageOf, recordOf } from './records.ts';
import type { StripeApi } from './stripe-api.ts';

/** A payout whose transactions do not add up to it. Minor units. */
export interface PayoutMismatch {
  readonly payout: string;
  readonly currency: string;
  readonly paidOut: number;
  readonly transactions: number;
  readonly sumOfNet: number;
}

/** What came of comparing payouts with their balance transactions. */
export interface PayoutCheck {
  readonly checked: number;
  readonly mismatches: readonly PayoutMismatch[];
}

const payoutShape = z.object({
  id: z.string().min(1),
  amount: z.int(),
  currency: z.string(),
  automatic: z.boolean(),
  status: z.string(),
});

const transactionShape = z.object({
  id: z.string(),
  net: z.int(),
  type: z.string(),
  source: z.string().nullable(),
});

/** Only these are settled; before that, Stripe still assigns transactions, and after a failure it takes them back. */
const settled = new Set(['paid']);

/** What Stripe lists along with a payout's transactions though it is the payout itself, or its way back. */
const ownTypes = new Set(['payout', 'payout_cancel', 'payout_failure']);

/**
 * Reads the payouts of a window, and for each automatic one the balance transactions it paid out; which they are lands,
 * for no list of transactions says it. Where somebody wants a report, the transactions land again as they are now, and
 * are compared: they must add up to the payout.
 */
export async function* payoutPages(
  api: StripeApi,
  window: Window,
  context: ReadContext,
  report?: (check: PayoutCheck) => void,
): AsyncGenerator<SourcePage> {
  let checked = 0;
  const mismatches: PayoutMismatch[] = [];
  for await (const { items, reply } of listPages(api, '/v1/payouts', createdWithin(window), context.signal)) {
    yield pageOf(
      items.map((each) => recordOf('payouts', each, reply.sentAtMicros)),
      [reply],
    );
    for (const item of items) {
      const payout = payoutShape.safeParse(item);
      // An object of another shape goes to quarantine by the table's own rules.
      if (!payout.success || !payout.data.automatic || !settled.has(payout.data.status)) continue;
      const { id, amount, currency } = payout.data;
      const sum = { transactions: 0, net: 0 };
      const query = [['payout', id]] as const;
      for await (const page of listPages(api, '/v1/balance_transactions', query, context.signal)) {
        for (const transaction of page.items) count(sum, transaction, id);
        yield pageOf(recordsOf(page.items, id, page.reply.sentAtMicros, report !== undefined), [page.reply]);
      }
      checked += 1;
      if (sum.net !== amount) {
        const found = { paidOut: amount, transactions: sum.transactions, sumOfNet: sum.net };
        mismatches.push({ payout: id, currency, ...found });
      }
    }
  }
  report?.({ checked, mismatches });
}

function recordsOf(
  transactions: readonly JsonObject[],
  payout: string,
  sentAtMicros: number,
  withTransactions: boolean,
): SourceRecord[] {
  return transactions.flatMap((each) => {
    const paidOut: JsonObject = { id: each['id'] ?? null, payout, created: each['created'] ?? null };
    const association = recordOf('payout_transactions', paidOut, sentAtMicros);
    return withTransactions
      ? [recordOf('balance_transactions', each, sentAtMicros), association]
      : [association];
  });
}

function count(sum: { transactions: number; net: number }, object: JsonObject, payout: string): void {
  const parsed = transactionShape.safeParse(object);
  // It goes to quarantine, and the payout does not add up to what is landed of it.
  if (!parsed.success) return;
  if (ownTypes.has(parsed.data.type) && parsed.data.source === payout) return;
  sum.transactions += 1;
  sum.net += parsed.data.net;
}

/** Ids named in the error; the rest is counted. */
const idsNamed = 20;

/** The error that finance has to see; undefined when everything adds up. */
export function payoutError({ checked, mismatches }: PayoutCheck): Error | undefined {
  if (mismatches.length === 0) return undefined;
  const named = mismatches
    .slice(0, idsNamed)
    .map((each) => `${each.payout} (${each.sumOfNet - each.paidOut} ${each.currency})`)
    .join(', ');
  const more = mismatches.length > idsNamed ? ` and ${mismatches.length - idsNamed} more` : '';
  return stripeErrors.error('STRIPE_PAYOUT_MISMATCH', {
    message: `${mismatches.length} of ${checked} payouts do not equal their transactions: ${named}${more}`,
    where: '/v1/balance_transactions?payout=',
  });
}
