import type pg from 'pg';
import { basketSize, chooseChannel } from '../backlog/history.ts';
import { perform } from '../order/action.ts';
import { chooseAction } from '../order/actions.ts';
import { placeOrder } from '../order/placement.ts';
import type { Basket, Offer } from '../order/placement.ts';
import type { LineKind } from '../order/rows.ts';
import { applyChanges, emptyOrder, summarise } from '../order/state.ts';
import type { OrderSummary } from '../order/state.ts';
import { truthChange } from '../order/truth.ts';
import { catalogueColumns, makeCustomer, popularKey } from '../world/catalogue.ts';
import { rowTexts } from '../order/columns.ts';
import type { Random } from '../world/random.ts';
import type { IdSource } from './id-source.ts';
import { writeTruth } from '../ledger/write-truth.ts';
import { loadOrder, lockOrder, writeChanges } from './order-store.ts';

/** What one transaction of live traffic works with. */
export interface JobContext {
  readonly client: pg.Client;
  readonly random: Random;
  readonly ids: IdSource;
  readonly now: number;
}

/** The body of one transaction; false if there was nothing to do. */
export type Job = (context: JobContext) => Promise<boolean>;

const guestChance = 0.12;
const newCustomerChance = 0.15;
// Orders of another system that come in later than they were placed.
const importedChance = 0.02;
const dayMs = 86_400_000;

/** Someone places an order; sometimes a guest, sometimes a customer who signs up with it. */
export const placeOrderJob: Job = async (context) => {
  const { client, random, ids, now } = context;
  const offers = await someOffers(context);
  if (offers.length === 0) return false;
  const buyer = await someBuyer(context);
  const isImported = random.chance(importedChance);
  const basket: Basket = {
    customerId: buyer?.id ?? null,
    country: buyer?.country ?? 'US',
    channel: isImported ? 'marketplace' : chooseChannel(random),
    placedAt: isImported ? now - random.integer(1, 3 * dayMs) : now,
    offers,
  };
  const changes = placeOrder(basket, { random, now, nextId: ids.nextId });
  await writeChanges(client, changes);
  await writeTruth(client, truthChange(emptyOrder, applyChanges(emptyOrder, changes)));
  return true;
};

/** Something happens to an order: mostly a recent one, now and then one from any time. */
export const orderActionJob: Job = async (context) => {
  const { client, random, ids } = context;
  const orderId = await lockOrder(client, someOrderId(random, ids.lastId('orders')));
  if (orderId === undefined) return false;
  const before = summarise(await loadOrder(client, orderId));
  if (random.chance(0.03)) await actAndTakeBack(context, before);
  let after = await act(context, before);
  if (random.chance(0.1)) after = await act(context, after);
  await writeTruth(client, truthChange(before.state, after.state));
  return after !== before;
};

/** Half of what happens concerns the last hundred orders; one action in ten reaches back to any order at all. */
function someOrderId(random: Random, last: number): number {
  const reach =
    random.weighted([100, 500, 3000, last], (each) => (each === last ? 1 : 300 / each + 1)) ?? last;
  return last - Math.floor(random.next() * Math.min(reach, last));
}

async function act({ client, random, now, ids }: JobContext, before: OrderSummary): Promise<OrderSummary> {
  const action = chooseAction(before, random);
  const { changes, summary } = perform(action, before, { random, now, nextId: ids.nextId });
  await writeChanges(client, changes);
  return summary;
}

/** A change of mind inside the transaction: its rows are in the log, but in a subtransaction that was undone. */
async function actAndTakeBack(context: JobContext, before: OrderSummary): Promise<void> {
  await context.client.query('savepoint change_of_mind');
  await act(context, before);
  await context.client.query('rollback to savepoint change_of_mind');
}

async function someOffers({ client, random, ids }: JobContext): Promise<readonly Offer[]> {
  const count = ids.lastId('products');
  const wanted = Array.from({ length: basketSize(random) }, () => popularKey(random, count));
  const { rows } = await client.query<{ id: string; kind: LineKind; price_e4: string }>(
    `select id, kind, (price * 10000)::bigint as price_e4 from products where id = any($1) and is_active`,
    [wanted],
  );
  return rows.map((row) => ({ productId: Number(row.id), kind: row.kind, priceE4: Number(row.price_e4) }));
}

async function someBuyer({
  client,
  random,
  ids,
  now,
}: JobContext): Promise<{ readonly id: number; readonly country: string } | undefined> {
  if (random.chance(guestChance)) return undefined;
  if (random.chance(newCustomerChance)) {
    const customer = makeCustomer(random, ids.nextId('customers'), now);
    const names = catalogueColumns.customers.map((each) => each.column);
    await client.query(
      `insert into customers (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
      rowTexts(catalogueColumns.customers, customer),
    );
    return customer;
  }
  const { rows } = await client.query<{ id: string; country: string }>(
    'select id, country from customers where id <= $1 order by id desc limit 1',
    [popularKey(random, ids.lastId('customers'))],
  );
  return rows[0] === undefined ? undefined : { id: Number(rows[0].id), country: rows[0].country };
}
