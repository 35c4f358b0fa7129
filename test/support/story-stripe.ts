import { epoch, idIn, intentOf, isByCard, paymentsOf, refundsOf, totalOf } from './order-story.ts';
import type { OrderStory, SourceRow } from './order-story.ts';

/** What moves the balance. */
interface Movement {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly category: string;
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly created: number;
}

const daySeconds = 86_400;

/** Money is there two days later, and paid out that day. */
function availableOn({ created }: Movement): number {
  return (Math.floor(created / daySeconds) + 2) * daySeconds;
}

function row(table: string, data: SourceRow['data']): SourceRow {
  return { source: 'stripe', table, data };
}

/** The account as Stripe tells it: charges, refunds and disputes of orders paid by card, and the payouts of all. */
export function stripeRows(stories: readonly OrderStory[]): readonly SourceRow[] {
  const charged = stories.filter((story) => isByCard(story) && story.paid !== undefined);
  const movements = charged.flatMap(movementsOf);
  return [...charged.flatMap(objectRows), ...movements.map(movementRow), ...payoutRows(movements)];
}

function names(story: OrderStory): Readonly<Record<string, string>> {
  return { order_id: String(story.id), order_number: `W-${story.id}` };
}

function objectRows(story: OrderStory): readonly SourceRow[] {
  const currency = story.currency.toLowerCase();
  const charge = `ch_${story.id}`;
  const amount = totalOf(story);
  const isVoided = story.cancelled?.beforeCapture === true;
  const refunds = refundsOf(story);
  const refunded = refunds.reduce((sum, each) => sum + each.total, 0);
  const { dispute } = story;
  return [
    row('charges', {
      id: charge,
      payment_intent: intentOf(story),
      customer: story.customer === null ? null : `cus_${story.customer}`,
      balance_transaction: isVoided ? null : `txn_ch_${story.id}`,
      metadata: { ...names(story), payment_id: String(idIn(story, 1)) },
      amount,
      amount_captured: isVoided ? 0 : amount,
      amount_refunded: isVoided ? amount : refunded,
      currency,
      status: 'succeeded',
      paid: true,
      captured: !isVoided,
      refunded: isVoided || refunded === amount,
      disputed: dispute !== undefined,
      failure_code: null,
      payment_method_details: {
        type: 'card',
        card: {
          brand: 'visa',
          funding: 'credit',
          country: story.country,
          wallet: story.method === 'apple_pay' ? { type: 'apple_pay' } : null,
        },
      },
      created: epoch(story.paid ?? story.placed),
    }),
    ...refunds.map(({ nth, at, total }) =>
      row('refunds', {
        id: `re_${idIn(story, nth)}`,
        charge,
        payment_intent: intentOf(story),
        balance_transaction: `txn_re_${idIn(story, nth)}`,
        metadata: {
          order_id: String(story.id),
          payment_id: String(idIn(story, 2 + nth)),
          refund_id: String(idIn(story, nth)),
        },
        amount: total,
        currency,
        status: 'succeeded',
        reason: 'requested_by_customer',
        created: epoch(at),
      }),
    ),
    ...(dispute === undefined ? [] : [disputeRow(story, dispute)]),
  ];
}

function disputeRow(story: OrderStory, { at, wonAt }: NonNullable<OrderStory['dispute']>): SourceRow {
  return row('disputes', {
    id: `dp_${story.id}`,
    charge: `ch_${story.id}`,
    payment_intent: intentOf(story),
    metadata: { ...names(story), payment_id: String(idIn(story, 1)) },
    amount: totalOf(story),
    currency: story.currency.toLowerCase(),
    status: wonAt === undefined ? 'lost' : 'won',
    reason: 'fraudulent',
    is_charge_refundable: false,
    evidence_details: { due_by: epoch(at) + 14 * daySeconds },
    created: epoch(at),
  });
}

function movementsOf(story: OrderStory): readonly Movement[] {
  const currency = story.currency.toLowerCase();
  const moved = (
    id: string,
    source: string,
    [type, category]: readonly [string, string],
    [amount, fee]: readonly [number, number],
    at: string,
  ): Movement => ({ id, source, type, category, amount, fee, currency, created: epoch(at) });
  const { dispute } = story;
  const total = totalOf(story);
  const steps = paymentsOf(story).flatMap(({ kind, at, amount, refund = 0 }) => {
    if (kind === 'capture') {
      const fee = Math.round(amount * 0.029) + 30;
      return [moved(`txn_ch_${story.id}`, `ch_${story.id}`, ['charge', 'charge'], [amount, fee], at)];
    }
    if (kind !== 'refund') return [];
    const id = idIn(story, refund);
    return [moved(`txn_re_${id}`, `re_${id}`, ['refund', 'refund'], [-amount, 0], at)];
  });
  if (dispute === undefined) return steps;
  const { at, wonAt } = dispute;
  const id = `dp_${story.id}`;
  const withdrawn = moved(`txn_dp_${story.id}`, id, ['adjustment', 'dispute'], [-total, 1500], at);
  if (wonAt === undefined) return [...steps, withdrawn];
  const back = moved(`txn_dw_${story.id}`, id, ['adjustment', 'dispute_reversal'], [total, -1500], wonAt);
  return [...steps, withdrawn, back];
}

function movementRow(movement: Movement): SourceRow {
  const { id, source, type, category, amount, fee, currency, created } = movement;
  return row('balance_transactions', {
    id,
    source,
    type,
    reporting_category: category,
    amount,
    fee,
    net: amount - fee,
    currency,
    exchange_rate: null,
    status: 'available',
    created,
    available_on: availableOn(movement),
  });
}

/** Everything that became available on a day in a currency, paid out together. */
function payoutRows(movements: readonly Movement[]): readonly SourceRow[] {
  const together = new Map<string, Movement[]>();
  for (const movement of movements) {
    const key = `${availableOn(movement)} ${movement.currency}`;
    together.set(key, [...(together.get(key) ?? []), movement]);
  }
  return [...together].flatMap(([key, paid]) => {
    const [day = '', currency = ''] = key.split(' ');
    const amount = paid.reduce((sum, each) => sum + each.amount - each.fee, 0);
    if (amount === 0) return [];
    const created = Number(day) + 2 * 3600;
    // The first of what is paid is in it only this once.
    const id = `po_${currency}_${paid[0]?.id}`;
    const listed = [...paid.map((each) => each.id), `txn_${id}`];
    return [
      ...listed.map((each) => row('payout_transactions', { id: each, payout: id, created })),
      row('payouts', {
        id,
        balance_transaction: `txn_${id}`,
        failure_balance_transaction: null,
        amount,
        currency,
        status: 'paid',
        type: 'bank_account',
        method: 'standard',
        automatic: true,
        reconciliation_status: 'completed',
        failure_code: null,
        created,
        arrival_date: created + daySeconds,
      }),
      row('balance_transactions', {
        id: `txn_${id}`,
        source: id,
        type: 'payout',
        reporting_category: 'payout',
        amount: -amount,
        fee: 0,
        net: -amount,
        currency,
        exchange_rate: null,
        status: 'available',
        created,
        available_on: created + daySeconds,
      }),
      ...movements
        .filter((each) => availableOn(each) === Number(day) && each.currency === currency)
        .map((each) => row('payout_transactions', { id: each.id, payout: id, created: each.created })),
    ];
  });
}
