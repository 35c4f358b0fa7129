import { groupBy, hashKey, total } from './values.ts';
import type { MartRow } from './values.ts';

const goodsDiscounts = ['discount', 'void_discount', 'cancellation_discount'];
const revenueTypes = ['sale', 'void', ...goodsDiscounts, 'cancellation', 'refund'];
const taxTypes = ['tax', 'void_tax', 'cancellation_tax', 'refund_tax'];
const shippingTypes = ['shipping', 'void_shipping', 'cancellation_shipping', 'refund_shipping'];
const besides = [...taxTypes, ...shippingTypes];
const cardDiscounts = ['gift_card_discount', 'gift_card_cancellation_discount', 'gift_card_refund_discount'];
const refundTypes = [
  'refund',
  'gift_card_refund',
  'gift_card_refund_discount',
  'refund_tax',
  'refund_shipping',
  'refund_cash',
];

/** Events of a day, channel, country and currency added up; test orders count nowhere. */
export function aggFinanceDaily(events: readonly MartRow[]): readonly MartRow[] {
  const counted = events.filter((event) => event['is_test'] !== true);
  const days = groupBy(counted, (event) =>
    JSON.stringify([event['event_date'], event['channel'], event['country'], event['currency']]),
  );
  return [...days.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const of = (types: readonly string[], column = 'amount_minor'): bigint =>
      total(
        all.filter((event) => types.includes(String(event['event_type']))),
        (event) => BigInt(String(event[column])),
      );
    const sales = all.filter((event) => event['event_type'] === 'sale');
    const grossSales = of(['sale', 'void']);
    const netRevenue = grossSales + of([...goodsDiscounts, 'cancellation', 'refund']);
    const { event_date: day, channel, country, currency } = first;
    return [
      {
        finance_day_key: hashKey(day ?? null, channel ?? null, country ?? null, currency ?? null),
        event_date: day ?? null,
        channel: channel ?? null,
        country: country ?? null,
        currency: currency ?? null,
        sold_orders: BigInt(new Set(sales.map((event) => event['order_key'])).size),
        sold_units: of(['sale'], 'quantity'),
        cancelled_units: of(['void', 'cancellation'], 'quantity'),
        returned_units: of(['refund'], 'quantity'),
        gmv_minor: of(['sale']),
        gross_sales_minor: grossSales,
        discount_minor: of(goodsDiscounts),
        cancellation_minor: of(['cancellation']),
        return_minor: of(['refund']),
        net_revenue_minor: netRevenue,
        tax_minor: of(taxTypes),
        shipping_minor: of(shippingTypes),
        // Neither source has duties.
        duty_minor: 0n,
        chargeback_minor: of(['chargeback', 'chargeback_reversal']),
        total_sales_minor: netRevenue + of(besides),
        refund_minor: of(refundTypes),
        refund_cash_minor: of(['refund_cash']),
        gift_card_minor: of(['gift_card_sale', 'gift_card_cancellation', 'gift_card_refund']),
        gift_card_discount_minor: of(cardDiscounts),
        all_events_minor: total(all, (event) => BigInt(String(event['amount_minor']))),
        reporting_gmv_minor: of(['sale'], 'reporting_minor'),
        reporting_net_revenue_minor: of(revenueTypes, 'reporting_minor'),
        reporting_total_sales_minor: of([...revenueTypes, ...besides], 'reporting_minor'),
        reporting_refund_minor: of(refundTypes, 'reporting_minor'),
        reporting_fx_minor: of(['refund_fx'], 'reporting_minor'),
        unrated_events: 0n,
      },
    ];
  });
}
