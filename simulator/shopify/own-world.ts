import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { inTransaction, withClient } from '../database.ts';
import { orderColumns, orderTables, rowTexts } from '../order/columns.ts';
import type { Column } from '../order/columns.ts';
import type { Basket, Offer } from '../order/placement.ts';
import type { OrderTable } from '../order/rows.ts';
import { catalogueColumns, makeCustomer, popularKey } from '../world/catalogue.ts';
import { createRandom } from '../world/random.ts';
import { basketSize } from '../backlog/history.ts';
import { liveOwnOrder, ownOrderId } from './own-order.ts';
import type { OwnOrder } from './own-order.ts';
import { createTurns } from './turns.ts';
import { columnNames, firstOwnId, ownTable, productBranch, storefrontChannel } from './relations.ts';

/** What Shopify's own orders are made from. */
export interface OwnWorldOptions {
  /** The shop's database. */
  readonly url: string;
  readonly seed: number;
  readonly clock: Clock;
  /** One order that only Shopify has for so many that the shop has too, in the past. */
  readonly oneIn?: number | undefined;
  /** Time between two of them from now on. */
  readonly everyMs?: number | undefined;
}

/** The orders and customers that exist on Shopify alone, kept up to date in tables of the simulator's. */
export interface OwnWorld {
  /** Creates what is missing and lets happen what was due; call it before every answer. */
  readonly catchUp: () => Promise<void>;
  /** Nothing of it changes while the work reads: an order and what belongs to it are read by several statements. */
  readonly whileStill: <T>(work: () => Promise<T>) => Promise<T>;
}

const schemaFile = new URL('world.sql', import.meta.url);
const catchUpEveryMs = 1000;
/** After a longer silence the shop has slept as well: no more than this is made up for. */
const mostMadeUpFor = 500;
const stateKey = 'shopify';
/** Streams of chance for baskets and customers, apart from those of orders. */
const basketStream = 900_000_000;

/** When the numbered orders are placed. Written once, so that another process goes on with the same. */
interface Schedule {
  readonly startMs: number;
  readonly pastCount: number;
  readonly liveFromMs: number;
  readonly everyMs: number;
}

/** A world in the shop's database; safe with several processes. */
export function createOwnWorld(options: OwnWorldOptions): OwnWorld {
  let readyAt = -Infinity;
  let running: Promise<void> | undefined;
  const turns = createTurns();
  return {
    catchUp: async () => {
      if (options.clock.monotonicMs() - readyAt < catchUpEveryMs) return;
      running ??= turns
        .change(() => grow(options))
        .then(() => void (readyAt = options.clock.monotonicMs()))
        .finally(() => void (running = undefined));
      await running;
    },
    whileStill: turns.look,
  };
}

async function grow(options: OwnWorldOptions): Promise<void> {
  await withClient(options.url, (client) =>
    inTransaction(client, async () => {
      await client.query("select pg_advisory_xact_lock(hashtext('shopwave.shopify-world'))");
      await ensureTables(client);
      const schedule = await ensureSchedule(client, options);
      const nowMs = options.clock.now().getTime();
      await placeDue(client, options.seed, schedule, nowMs);
      await moveOn(client, options.seed, nowMs);
    }),
  );
}

/** Indexes on the shop's tables wait for its writers: asked for once only, and best before there is traffic. */
async function ensureTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "select from pg_class where oid = to_regclass('simulator.shopify_bulk_chunk')",
  );
  if (rows.length === 0) await client.query(await readFile(schemaFile, 'utf8'));
}

async function ensureSchedule(client: pg.Client, options: OwnWorldOptions): Promise<Schedule> {
  const { rows } = await client.query<{ value: Schedule }>(
    'select value from simulator.state where key = $1',
    [stateKey],
  );
  if (rows[0] !== undefined) return rows[0].value;
  const known = await client.query<{ orders: string; start_ms: string | null }>(
    `select count(*) as orders, floor(extract(epoch from min(placed_at)) * 1000) as start_ms
     from orders where channel = $1`,
    [storefrontChannel],
  );
  const nowMs = options.clock.now().getTime();
  const { orders = '0', start_ms: startMs = null } = known.rows[0] ?? {};
  const schedule: Schedule = {
    startMs: startMs === null ? nowMs : Number(startMs),
    pastCount: Math.ceil(Number(orders) / (options.oneIn ?? 40)),
    liveFromMs: nowMs,
    everyMs: options.everyMs ?? 20_000,
  };
  await client.query('insert into simulator.state (key, value) values ($1, $2)', [
    stateKey,
    JSON.stringify(schedule),
  ]);
  return schedule;
}

/** When the order of that number is placed: evenly over the past, then at a steady pace, each a little off. */
function placedAt(schedule: Schedule, number: number, share: number): number {
  const { startMs, pastCount, liveFromMs, everyMs } = schedule;
  return Math.floor(
    number < pastCount
      ? startMs + ((number + share) / pastCount) * (liveFromMs - startMs)
      : liveFromMs + (number - pastCount + share) * everyMs,
  );
}

async function placeDue(client: pg.Client, seed: number, planned: Schedule, nowMs: number): Promise<void> {
  const { rows } = await client.query<{ next: string }>(
    'select coalesce(max(number) + 1, 0) as next from simulator.shopify_own_life',
  );
  const first = Number(rows[0]?.next ?? 0);
  const schedule = await skipSilence(client, planned, first, nowMs);
  if (placedAt(schedule, first, 0) > nowMs) return;
  const offers = await readOffers(client);
  if (offers.length === 0) return;
  const lives: { number: number; basket: Basket; next_at: string }[] = [];
  for (let number = first; ; number += 1) {
    const basket = makeBasket(seed, number, schedule, offers);
    if (basket.placedAt > nowMs) break;
    lives.push({ number, basket, next_at: new Date(basket.placedAt).toISOString() });
  }
  await client.query(
    `insert into simulator.shopify_own_life
     select * from json_populate_recordset(null::simulator.shopify_own_life, $1)`,
    [JSON.stringify(lives)],
  );
  const customers = new Map(lives.map(({ basket }) => [basket.customerId ?? 0, basket.placedAt]));
  await insertRows(
    client,
    'customers',
    catalogueColumns.customers,
    [...customers].map(([id, at]) => makeCustomer(createRandom(seed, basketStream + id), id, at - 60_000)),
  );
}

async function skipSilence(
  client: pg.Client,
  schedule: Schedule,
  next: number,
  nowMs: number,
): Promise<Schedule> {
  const { pastCount, liveFromMs, everyMs } = schedule;
  if (next < pastCount) return schedule;
  const skipped = Math.floor((nowMs - liveFromMs) / everyMs) - (next - pastCount) - mostMadeUpFor;
  if (skipped <= 0) return schedule;
  const later = { ...schedule, liveFromMs: liveFromMs + skipped * everyMs };
  await client.query('update simulator.state set value = $2 where key = $1', [
    stateKey,
    JSON.stringify(later),
  ]);
  return later;
}

async function readOffers(client: pg.Client): Promise<readonly Offer[]> {
  const { rows } = await client.query<{ id: string; kind: Offer['kind']; price: string }>(
    `select p.id, p.kind, p.price ${productBranch} and p.is_active order by p.id`,
  );
  return rows.map((row) => ({
    productId: Number(row.id),
    kind: row.kind,
    priceE4: Math.round(Number(row.price) * 10_000),
  }));
}

function makeBasket(seed: number, number: number, schedule: Schedule, offers: readonly Offer[]): Basket {
  const random = createRandom(seed, basketStream + number);
  const at = placedAt(schedule, number, random.next());
  // Three orders a customer on average.
  const customer = firstOwnId + random.integer(0, Math.floor(number / 3));
  return {
    customerId: customer,
    country: makeCustomer(createRandom(seed, basketStream + customer), customer, at).country,
    channel: storefrontChannel,
    placedAt: at,
    offers: Array.from(
      { length: basketSize(random) },
      () => offers[popularKey(random, offers.length) - 1],
    ).flatMap((offer) => offer ?? []),
  };
}

/** Brings every order up to date to which something has happened by now. */
async function moveOn(client: pg.Client, seed: number, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  const { rows } = await client.query<{ number: string; basket: Basket }>(
    'select number, basket from simulator.shopify_own_life where next_at <= $1 order by number',
    [now],
  );
  if (rows.length === 0) return;
  const lives = rows.map(({ number, basket }) => ({
    number: Number(number),
    ...liveOwnOrder(seed, Number(number), basket, nowMs),
  }));
  await replaceRows(client, lives);
  await client.query(
    `update simulator.shopify_own_life l set next_at = n.next_at
     from json_to_recordset($1) as n (number bigint, next_at timestamptz) where l.number = n.number`,
    [
      JSON.stringify(
        lives.map(({ number, nextAt }) => ({
          number,
          next_at: nextAt === undefined ? null : new Date(nextAt).toISOString(),
        })),
      ),
    ],
  );
  const destroyed = lives.filter(({ destroyedAt }) => destroyedAt !== undefined && destroyedAt <= nowMs);
  await client.query(
    `insert into simulator.shopify_destroyed (subject_type, subject_id, at)
     select 'ORDER', * from unnest($1::bigint[], $2::timestamptz[]) on conflict do nothing`,
    [
      destroyed.map(({ number }) => ownOrderId(number)),
      destroyed.map(({ destroyedAt = nowMs }) => new Date(destroyedAt).toISOString()),
    ],
  );
}

async function replaceRows(
  client: pg.Client,
  lives: readonly (OwnOrder & { readonly number: number })[],
): Promise<void> {
  const firsts = lives.map(({ number }) => ownOrderId(number));
  for (const table of orderTables) {
    // All rows of an order have keys from its own up to the next order's.
    await client.query(
      `delete from ${ownTable(table)} t using unnest($1::bigint[]) as f (id) where t.id >= f.id and t.id < f.id + 256`,
      [firsts],
    );
    const rows = lives.flatMap(({ state }): readonly object[] => state[table]);
    await insertRows(client, table, orderColumns[table], rows);
  }
}

async function insertRows(
  client: pg.Client,
  table: OrderTable | 'customers',
  columns: readonly Column[],
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = columnNames(table);
  const records = rows.map((row) =>
    Object.fromEntries(rowTexts(columns, row).map((text, index) => [names[index] ?? '', text])),
  );
  await client.query(
    `insert into ${ownTable(table)} (${names.join(', ')})
     select ${names.join(', ')} from json_populate_recordset(null::${ownTable(table)}, $1)
     on conflict do nothing`,
    [JSON.stringify(records)],
  );
}
