import type { Account } from './stripe-account.ts';
import { hashKey } from './values.ts';

/** What a dispute took from an order, or gave back. */
export interface Chargeback {
  readonly type: string;
  readonly key: bigint;
  readonly orderId: bigint;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: Date;
}

const types: Readonly<Record<string, string>> = {
  dispute: 'chargeback',
  dispute_reversal: 'chargeback_reversal',
};

/** As the balance has it, without fees. */
export function chargebacksOf({ movements }: Account): readonly Chargeback[] {
  return movements.flatMap(({ id, category, object, amount, currency, at }) => {
    const type = types[category];
    const orderId = object?.kind === 'dispute' ? object.orderId : null;
    return type === undefined || orderId === null
      ? []
      : [{ type, key: hashKey(id), orderId, amount, currency, at }];
  });
}
