import { nowOf } from '../world/objects.ts';
import type { ApiWorld } from '../world/objects.ts';
import { secondsIn, textIn, wholeIn } from './stripe-account.ts';
import type { Account, StripeMovement } from './stripe-account.ts';
import { dayOf, groupBy, hashKey, total } from './values.ts';
import type { MartRow } from './values.ts';

/** Payouts with the sum of what each paid out, itself and its way back aside. */
export function fctPayouts(stripe: ApiWorld, { movements }: Account): readonly MartRow[] {
  return [...nowOf(stripe, 'payouts').values()].map((data) => {
    const id = textIn(data, 'id') ?? '';
    const paid = movements.filter(({ payoutId, source }) => payoutId === id && source !== id);
    const net = paid.length === 0 ? null : total(paid, ({ amount, fee }) => amount - fee);
    const amount = wholeIn(data, 'amount');
    const [createdAt, arrivalAt] = [secondsIn(data, 'created'), secondsIn(data, 'arrival_date')];
    return {
      payout_key: hashKey(id),
      payout_id: id,
      currency: textIn(data, 'currency')?.toUpperCase() ?? null,
      status: textIn(data, 'status'),
      payout_type: textIn(data, 'type'),
      method: textIn(data, 'method'),
      is_automatic: data['automatic'] === true,
      reconciliation_status: textIn(data, 'reconciliation_status'),
      failure_code: textIn(data, 'failure_code'),
      balance_transaction_id: textIn(data, 'balance_transaction'),
      amount_minor: amount,
      transaction_count: BigInt(paid.length),
      transactions_net_minor: net,
      difference_minor: net === null ? null : amount - net,
      created_at: createdAt,
      arrival_at: arrivalAt,
      payout_date: dayOf(createdAt),
      arrival_date: dayOf(arrivalAt),
    };
  });
}

const named = ['charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal'];
const payouts = ['payout', 'payout_reversal'];

/** What moved a balance, day by day. */
export function aggProcessorMovesDaily({ movements }: Account): readonly MartRow[] {
  const days = groupBy(movements, ({ at, currency }) => `${dayOf(at)} ${currency}`);
  return [...days].map(([key, all]) => {
    const [day = '', currency = ''] = key.split(' ');
    const of = (categories: readonly string[]): readonly StripeMovement[] =>
      all.filter(({ category }) => categories.includes(category));
    const sum = (rows: readonly StripeMovement[]): bigint => total(rows, ({ amount }) => amount);
    const count = (category: string): bigint => BigInt(of([category]).length);
    return {
      processor_day_key: hashKey(day, currency),
      processor_date: day,
      currency,
      charges_minor: sum(of(['charge'])),
      refunds_minor: sum(of(['refund'])),
      refund_failures_minor: sum(of(['refund_failure'])),
      disputes_minor: sum(of(['dispute'])),
      dispute_reversals_minor: sum(of(['dispute_reversal'])),
      adjustments_minor: sum(all.filter(({ category }) => ![...named, ...payouts].includes(category))),
      fees_minor: total(all, ({ fee }) => fee),
      net_minor:
        netOf(all.filter(({ category }) => !payouts.includes(category))) -
        total(of(payouts), ({ fee }) => fee),
      payouts_minor: sum(of(payouts)),
      charge_count: count('charge'),
      refund_count: count('refund'),
      dispute_count: count('dispute'),
      payout_count: count('payout'),
    };
  });
}

/** Days of a balance, each rolled forward from all before it. */
export function aggProcessorDaily(account: Account): readonly MartRow[] {
  return aggProcessorMovesDaily(account).map((row) => {
    const ofCurrency = account.movements.filter(({ currency }) => currency === row['currency']);
    const upTo = (isIn: (day: string) => boolean): bigint =>
      netOf(ofCurrency.filter(({ at }) => isIn(String(dayOf(at)))));
    const day = String(row['processor_date']);
    return {
      ...row,
      opening_minor: upTo((each) => each < day),
      closing_minor: upTo((each) => each <= day),
    };
  });
}

function netOf(rows: readonly StripeMovement[]): bigint {
  return total(rows, ({ amount, fee }) => amount - fee);
}
