import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import { inTransaction, withClient } from '../database.ts';
import { firstReplayId } from '../replay/id-offset.ts';
import { ordersPerTicket } from './ids.ts';
import { liveTicket } from './ticket-life.ts';
import type { Ticket, TicketFacts } from './ticket-life.ts';

/** What tickets are made from. */
export interface WorldOptions {
  /** The shop's database. */
  readonly url: string;
  readonly seed: number;
  readonly clock: Clock;
}

/** The help desk's records, kept up to date in tables of the simulator's. */
export interface HelpDeskWorld {
  /** Creates what is missing and lets happen what was due; call it before every answer. */
  readonly catchUp: () => Promise<void>;
}

const schemaFile = new URL('world.sql', import.meta.url);
const catchUpEveryMs = 1000;
/** Orders commit out of order: so many keys below the last one that has a ticket, one may still turn up. */
const lookBack = 10_000;
const perStatement = 2000;

/** A world in the shop's database; safe with several processes. */
export function createWorld(options: WorldOptions): HelpDeskWorld {
  let readyAt = -Infinity;
  let isSetUp = false;
  let running: Promise<void> | undefined;
  const grow = async (): Promise<void> => {
    await withClient(options.url, (client) =>
      inTransaction(client, async () => {
        await client.query("select pg_advisory_xact_lock(hashtext('shopwave.zendesk-world'))");
        if (!isSetUp) await client.query(await readFile(schemaFile, 'utf8'));
        await plan(client, options.seed);
        await moveOn(client, options.seed, options.clock.now().getTime());
        await addOrganizations(client);
      }),
    );
    isSetUp = true;
    readyAt = options.clock.monotonicMs();
  };
  return {
    catchUp: async () => {
      if (options.clock.monotonicMs() - readyAt < catchUpEveryMs) return;
      running ??= grow().finally(() => void (running = undefined));
      await running;
    },
  };
}

/** Every twelfth order gets a ticket, at a time that is still to come. */
async function plan(client: pg.Client, seed: number): Promise<void> {
  await client.query(
    `insert into simulator.zendesk_ticket (id, customer_id, facts, next_at)
     select o.id, o.customer_id, jsonb_build_object(
         'orderId', o.id, 'orderNumber', o.order_number, 'customerId', o.customer_id,
         'isWholesale', coalesce(c.segment = 'wholesale', false),
         'placedAt', floor(extract(epoch from o.placed_at) * 1000)),
       o.placed_at
     from orders o left join customers c on c.id = o.customer_id
     where o.id > (select coalesce(max(id), 0) - ${lookBack} from simulator.zendesk_ticket) and o.id < ${firstReplayId}
       and (o.id + $1) % ${ordersPerTicket} = 0
       and not exists (select from simulator.zendesk_ticket t where t.id = o.id)`,
    [seed],
  );
}

async function moveOn(client: pg.Client, seed: number, nowMs: number): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ facts: TicketFacts }>(
      'select facts from simulator.zendesk_ticket where next_at <= $1 order by id limit $2',
      [new Date(nowMs), perStatement],
    );
    if (rows.length === 0) return;
    const lives = rows.map(({ facts }) => ({ id: facts.orderId, ...liveTicket(seed, facts, nowMs) }));
    await writeTickets(client, lives);
    await writeMetricEvents(
      client,
      lives.flatMap(({ ticket }) => ticket ?? []),
    );
    await writeRatings(
      client,
      lives.flatMap(({ ticket }) => ticket ?? []),
    );
  }
}

interface Life {
  readonly id: number;
  readonly ticket: Ticket | undefined;
  readonly nextAt: number | undefined;
}

async function writeTickets(client: pg.Client, lives: readonly Life[]): Promise<void> {
  const rows = lives.map(({ id, ticket, nextAt }) => {
    const planned = { id, next_at: timeText(nextAt) };
    if (ticket === undefined) return planned;
    const { comments, metricEvents: _, ...doc } = ticket;
    return {
      ...planned,
      created_at: timeText(ticket.createdAt),
      generated_at: timeText(ticket.generatedAt),
      deleted_at: timeText(ticket.deletedAt ?? undefined),
      doc,
      comments,
    };
  });
  await client.query(
    `update simulator.zendesk_ticket t
     set next_at = n.next_at, created_at = n.created_at, generated_at = n.generated_at,
       deleted_at = n.deleted_at, doc = n.doc, comments = n.comments
     from jsonb_to_recordset($1) as n (id bigint, next_at timestamptz, created_at timestamptz,
       generated_at timestamptz, deleted_at timestamptz, doc jsonb, comments jsonb)
     where t.id = n.id`,
    [JSON.stringify(rows)],
  );
}

async function writeMetricEvents(client: pg.Client, tickets: readonly Ticket[]): Promise<void> {
  const rows = tickets.flatMap(({ id, metricEvents }) =>
    metricEvents.map((event) => ({ id: event.id, ticket_id: id, at: timeText(event.at), doc: event })),
  );
  await client.query(
    `insert into simulator.zendesk_metric_event select * from jsonb_populate_recordset(
       null::simulator.zendesk_metric_event, $1) on conflict do nothing`,
    [JSON.stringify(rows)],
  );
}

async function writeRatings(client: pg.Client, tickets: readonly Ticket[]): Promise<void> {
  const rows = tickets.flatMap(({ id, rating }) =>
    rating === null
      ? []
      : [{ id: id * 10 + 1, ticket_id: id, updated_at: timeText(rating.updatedAt), doc: rating }],
  );
  await client.query(
    `insert into simulator.zendesk_rating select * from jsonb_populate_recordset(null::simulator.zendesk_rating, $1)
     on conflict (id) do update set updated_at = excluded.updated_at, doc = excluded.doc`,
    [JSON.stringify(rows)],
  );
}

/** From a customer's first day as wholesale on; who leaves it keeps the organisation. */
async function addOrganizations(client: pg.Client): Promise<void> {
  await client.query(
    `insert into simulator.zendesk_organization (customer_id, created_at)
     select id, created_at from customers
     where segment = 'wholesale' and id < ${firstReplayId} on conflict do nothing`,
  );
}

function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
