import { createRandom } from '../../simulator/world/random.ts';
import type { Random } from '../../simulator/world/random.ts';
import { aggBacklogDaily, aggBacklogMovesDaily } from './expected/backlog-days.ts';
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
import { aggProcessorDaily, aggProcessorMovesDaily, fctPayouts } from './expected/payouts.ts';
import { fxRates } from './expected/rates.ts';
import { shopSales } from './expected/shop-sales.ts';
import { bothOf } from './expected/sales.ts';
import { shopifySales } from './expected/shopify-sales.ts';
import {
  dimCarrier,
  dimChannel,
  dimCurrency,
  dimDate,
  dimGeography,
  dimPaymentMethod,
} from './expected/small-dimensions.ts';
import { accountOf } from './expected/stripe-account.ts';
import { aggSupportDaily, aggSupportMovesDaily } from './expected/support-days.ts';
import { fctSupportTickets } from './expected/tickets.ts';
import { inBusinessZone } from './expected/values.ts';
import type { MartRow } from './expected/values.ts';
import { apiBatches, shopBatches } from './feed.ts';
import type { Batch } from './feed.ts';
import type { Transaction } from './world/changes.ts';
import type { ApiWorld } from './world/objects.ts';
import { shopHistory, spanOf } from './world/shop.ts';
import { shopifyWorld } from './world/shopify.ts';
import type { ShopifyWorld } from './world/shopify.ts';
import { stripeWorld } from './world/stripe.ts';
import { playTransactions } from './world/tables.ts';
import { zendeskWorld } from './world/zendesk.ts';

/** What all sources said. */
export interface World {
  readonly transactions: readonly Transaction[];
  readonly shopify: ShopifyWorld;
  readonly stripe: ApiWorld;
  readonly zendesk: ApiWorld;
}

/** A random world; the same seed makes the same. */
export function makeWorld(seed: number): World {
  const random = createRandom(seed, 77);
  const { transactions, web } = shopHistory(random, spanOf(20));
  const shop = playTransactions(transactions);
  const shopify = shopifyWorld(seed, web, random);
  const own = shopify.own.flatMap(({ sightings }) =>
    sightings.slice(-1).map(({ state }) => state.orders[0]?.id),
  );
  const orderIds = [...shop.now('orders').keys(), ...own.map(String)];
  return {
    transactions,
    shopify,
    stripe: stripeWorld(shop, random),
    zendesk: zendeskWorld(shop, orderIds, random),
  };
}

/** A world as loads: every source cut into batches of its own. */
export function batchesOf(world: World, random: Random): readonly Batch[] {
  return [
    ...shopBatches(world.transactions, random),
    ...apiBatches('shopify', world.shopify.rows, random),
    ...apiBatches('stripe', world.stripe.rows, random),
    ...apiBatches('zendesk', world.zendesk.rows, random),
  ];
}

/** Every mart's rows as they should be, by mart, with the business days of a time zone. */
export function expectedStar(world: World, timeZone = 'UTC'): Readonly<Record<string, readonly MartRow[]>> {
  return inBusinessZone(timeZone, () => marts(world));
}

function marts(world: World): Readonly<Record<string, readonly MartRow[]>> {
  const { stripe, zendesk } = world;
  const shop = playTransactions(world.transactions);
  const sales = bothOf(shopSales(shop), shopifySales(world.shopify.own));
  const dimensions = dimensionsOf(shop, world.shopify, { sales, zendesk });
  const account = accountOf(stripe, sales.payments);
  const events = fctOrderEvents(sales, dimensions, account);
  const orders = fctOrders(sales, dimensions);
  const payments = fctPayments(sales, dimensions, account);
  const shipments = fctShipments(sales);
  const giftCards = aggGiftCardMovesDaily(events, payments);
  const tickets = fctSupportTickets(zendesk, orders, dimensions);
  const supportMoves = aggSupportMovesDaily(tickets);
  const backlogMoves = aggBacklogMovesDaily(orders);
  const customers = dimCustomer(dimensions, stripe, zendesk);
  const sellers = dimSeller(dimensions);
  const cancelled = (column: string) =>
    [...shop.now('cancellations').values()].map((row) => row[column] ?? null);
  return {
    dim_customer: customers,
    dim_product: dimProduct(dimensions, shop),
    dim_seller: sellers,
    dim_carrier: dimCarrier(shipments),
    dim_channel: dimChannel(orders, cancelled('channel')),
    dim_currency: dimCurrency([orders, payments], cancelled('currency')),
    dim_date: dimDate(),
    dim_geography: dimGeography([orders, customers, sellers]),
    dim_payment_method: dimPaymentMethod(),
    fx_rate: fxRates(),
    fct_order_lines: fctOrderLines(sales, dimensions),
    fct_orders: orders,
    fct_order_events: events,
    agg_finance_daily: aggFinanceDaily(events),
    fct_payments: payments,
    fct_payouts: fctPayouts(stripe, account),
    agg_processor_moves_daily: aggProcessorMovesDaily(account),
    agg_processor_daily: aggProcessorDaily(account),
    fct_shipments: shipments,
    agg_fulfilment_daily: aggFulfilmentDaily(orders),
    agg_carrier_daily: aggCarrierDaily(shipments),
    agg_gift_card_moves_daily: giftCards,
    agg_gift_cards_daily: aggGiftCardsDaily(giftCards),
    fct_support_tickets: tickets,
    agg_support_moves_daily: supportMoves,
    agg_support_daily: aggSupportDaily(supportMoves),
    agg_backlog_moves_daily: backlogMoves,
    agg_backlog_daily: aggBacklogDaily(backlogMoves),
  };
}

/** Marts that plain code does not make, and why. */
export const notCompared: Readonly<Record<string, string>> = {};
