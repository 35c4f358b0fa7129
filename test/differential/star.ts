import { createRandom } from '../../simulator/world/random.ts';
import { dimCustomer, dimensionsOf, dimProduct, dimSeller } from './expected/dimensions.ts';
import {
  aggCarrierDaily,
  aggFulfilmentDaily,
  aggGiftCardMovesDaily,
  aggGiftCardsDaily,
} from './expected/days.ts';
import { fctOrderEvents } from './expected/events.ts';
import { aggFinanceDaily } from './expected/finance-days.ts';
import { fctOrderLines, fctOrders, fctShipments } from './expected/orders.ts';
import { fctPayments } from './expected/payments.ts';
import { shopSales } from './expected/shop-sales.ts';
import { bothOf } from './expected/sales.ts';
import { shopifySales } from './expected/shopify-sales.ts';
import type { MartRow } from './expected/values.ts';
import type { Transaction } from './world/changes.ts';
import { shopHistory, spanOf } from './world/shop.ts';
import { shopifyWorld } from './world/shopify.ts';
import type { ShopifyWorld } from './world/shopify.ts';
import { playTransactions } from './world/tables.ts';

/** What all sources said. */
export interface World {
  readonly transactions: readonly Transaction[];
  readonly shopify: ShopifyWorld;
}

/** A random world; the same seed makes the same. */
export function makeWorld(seed: number): World {
  const random = createRandom(seed, 77);
  const { transactions, web } = shopHistory(random, spanOf(20));
  return { transactions, shopify: shopifyWorld(seed, web, random) };
}

/** Every mart's rows as they should be, by mart. */
export function expectedStar(world: World): Readonly<Record<string, readonly MartRow[]>> {
  const shop = playTransactions(world.transactions);
  const sales = bothOf(shopSales(shop), shopifySales(world.shopify.own));
  const dimensions = dimensionsOf(shop, world.shopify, sales);
  const events = fctOrderEvents(sales, dimensions);
  const orders = fctOrders(sales, dimensions);
  const payments = fctPayments(sales, dimensions);
  const shipments = fctShipments(sales);
  const giftCards = aggGiftCardMovesDaily(events, payments);
  return {
    dim_customer: dimCustomer(dimensions),
    dim_product: dimProduct(dimensions, shop),
    dim_seller: dimSeller(dimensions),
    fct_order_lines: fctOrderLines(sales, dimensions),
    fct_orders: orders,
    fct_order_events: events,
    agg_finance_daily: aggFinanceDaily(events),
    fct_payments: payments,
    fct_shipments: shipments,
    agg_fulfilment_daily: aggFulfilmentDaily(orders),
    agg_carrier_daily: aggCarrierDaily(shipments),
    agg_gift_card_moves_daily: giftCards,
    agg_gift_cards_daily: aggGiftCardsDaily(giftCards),
  };
}

/** Marts that plain code does not make, and why. */
export const notCompared: Readonly<Record<string, string>> = {
  dim_date: 'made of the calendar: no source has a say',
  dim_carrier: 'the carriers that shipments name',
  dim_channel: 'the channels that orders name',
  dim_currency: 'the currencies that facts name',
  dim_geography: 'the countries that orders and customers name',
  dim_payment_method: 'a list that stands in a model',
  fx_rate: 'made of a seed; each of its rates is compared where an event counts at it',
  fct_payouts: 'of Stripe, which the world lacks',
  agg_processor_daily: 'of Stripe, which the world lacks',
  fct_support_tickets: 'of Zendesk, which the world lacks',
  agg_support_daily: 'of Zendesk, which the world lacks',
  agg_support_moves_daily: 'of Zendesk, which the world lacks',
  agg_backlog_daily: 'sums of fct_orders, which are compared',
  agg_backlog_moves_daily: 'sums of fct_orders, which are compared',
};
