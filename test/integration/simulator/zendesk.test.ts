import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { startSaasHost } from '../../../simulator/saas/host.ts';
import { createZendeskApi } from '../../../simulator/zendesk/api.ts';
import type { ZendeskApi, ZendeskApiOptions } from '../../../simulator/zendesk/api.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { createMovableClock } from '../../support/saas-clock.ts';
import { prepareShop } from '../../support/shopify-rig.ts';

const { clock, moveBy } = createMovableClock();
let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
  await prepareShop(db.url, 4000, clock);
});
afterAll(() => db[Symbol.asyncDispose]());

type Row = Readonly<Record<string, unknown>> & { readonly id: number };
type Body = Readonly<Record<string, unknown>>;
interface Rig {
  readonly api: ZendeskApi;
  readonly get: (
    path: string,
    password?: string,
  ) => Promise<{ status: number; headers: Headers; body: Body }>;
  /** All rows of an export or list, as its own links lead; stops where a link leads to the page it stands on. */
  readonly all: (path: string, rows: string) => Promise<readonly Row[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function start(options: Partial<ZendeskApiOptions> = {}): Promise<Rig> {
  const given = { email: 'bot@shopwave.example', apiToken: 'simulated' };
  const api = createZendeskApi({ url: db.url, seed: 7, clock, ...given, ...options });
  const host = await startSaasHost({ apis: [api], clock, logger: silentLogger });
  const get: Rig['get'] = async (path, password = given.apiToken) => {
    const url = path.startsWith('http') ? path : `${host.url('zendesk')}${path}`;
    const authorization = `Basic ${Buffer.from(`${given.email}/token:${password}`).toString('base64')}`;
    const response = await fetch(url, { headers: { authorization } });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  return {
    api,
    get,
    all: async (path, rows) => {
      const found: Row[] = [];
      for (let url: string | undefined = path; url !== undefined;) {
        const { body, status } = await get(url);
        if (status !== 200) throw new Error(`${url}: ${status}`);
        found.push(...(body[rows] as readonly Row[]));
        const next = nextOf(body);
        const size = /per_page=\d+/.exec(path)?.[0];
        const linked = next === undefined || size === undefined ? next : `${next}&${size}`;
        url = linked === url ? undefined : linked;
      }
      return found;
    },
    [Symbol.asyncDispose]: () => host.stop(),
  };
}

function nextOf(body: Body): string | undefined {
  const links = body['links'] as { readonly next: string | null } | undefined;
  if (links !== undefined) return links.next ?? undefined;
  if (body['end_of_stream'] === true) return undefined;
  return String(body['after_url'] ?? body['next_page']);
}

const everything = '/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=50';
const users = '/api/v2/incremental/users/cursor.json?start_time=0&per_page=50';
const byId = (rows: readonly Row[]): ReadonlyMap<number, Row> => new Map(rows.map((row) => [row.id, row]));

test('about every twelfth order has a ticket of its own customer, whom the users hold with the shop’s key', async () => {
  await using rig = await start();
  const tickets = await rig.all(everything, 'tickets');
  const people = byId(await rig.all(users, 'users'));
  const { rows } = await db.pool.query<{ id: string; customer: string | null; email: string | null }>(
    `select o.id, o.customer_id::text as customer, c.email from orders o left join customers c on c.id = o.customer_id`,
  );
  const orders = new Map(rows.map((row) => [row.id, row]));
  expect(tickets.length).toBeGreaterThan(rows.length / 14);
  expect(tickets.length).toBeLessThan(rows.length / 11);
  expect(byId(tickets).size).toBe(tickets.length);
  for (const ticket of tickets) {
    const order = orders.get(String(ticket['external_id']));
    const fields = ticket['custom_fields'] as readonly { readonly value: unknown }[];
    expect(fields[0]?.value).toBe(order?.id);
    const requester = people.get(Number(ticket['requester_id']));
    expect(requester).toBeDefined();
    expect(requester?.['external_id']).toBe(order?.customer ?? null);
    if (order?.customer !== null) expect(requester?.['email']).toBe(order?.email);
  }
  const organizations = byId(
    await rig.all('/api/v2/incremental/organizations.json?start_time=0', 'organizations'),
  );
  const linked = tickets.filter((ticket) => ticket['organization_id'] !== null);
  expect(linked.length).toBeGreaterThan(0);
  expect(linked.every((ticket) => organizations.has(Number(ticket['organization_id'])))).toBe(true);
  const wholesale = await db.pool.query("select from customers where segment = 'wholesale'");
  expect(organizations.size).toBe(wholesale.rows.length);
  const times = tickets.map((ticket) => Number(ticket['generated_timestamp']));
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test('a cursor goes on where it ended, a minute behind; the system’s changes move generated_timestamp alone', async () => {
  await using rig = await start();
  const { body } = await rig.get(everything.replace('=50', '=1000'));
  expect(body['end_of_stream']).toBe(true);
  const cursor = `/api/v2/incremental/tickets/cursor.json?cursor=${encodeURIComponent(String(body['after_cursor']))}`;
  const [first] = (body['tickets'] as readonly Row[]).filter((ticket) => ticket['status'] === 'closed');
  await rig.api.touchTicket(first?.id ?? 0);
  const changedNow = async (): Promise<readonly Row[]> =>
    (await rig.all(cursor, 'tickets')).filter((ticket) => ticket.id === first?.id);
  expect(await changedNow()).toEqual([]);
  moveBy(61_000);
  const [touched] = await changedNow();
  expect(touched?.['updated_at']).toBe(first?.['updated_at']);
  expect(Number(touched?.['generated_timestamp'])).toBeGreaterThan(Number(first?.['generated_timestamp']));

  // Several tickets of one second, more than a page of them.
  const together = await db.pool.query<{ id: string }>(
    `update simulator.zendesk_ticket set generated_at = date_trunc('second', $1::timestamptz)
     where id in (select id from simulator.zendesk_ticket where doc is not null and next_at is null limit 9) returning id`,
    [clock.now()],
  );
  moveBy(61_000);
  const paged = await rig.all(`${cursor}&per_page=2`, 'tickets');
  expect(paged.slice(-9).map((ticket) => ticket.id)).toEqual(
    together.rows.map((row) => Number(row.id)).toSorted((one, other) => one - other),
  );

  const recent = Math.floor(clock.now().getTime() / 1000) - 10;
  expect((await rig.get(`/api/v2/incremental/tickets/cursor.json?start_time=${recent}`)).status).toBe(422);
  expect((await rig.get('/api/v2/incremental/tickets/cursor.json?cursor=nonsense')).status).toBe(400);
  expect((await rig.get('/api/v2/incremental/tickets/cursor.json')).status).toBe(400);
});

test('pages by time repeat what is on their edge, and stand still where a second holds more than a page', async () => {
  await using rig = await start({ exportPage: 7 });
  const path = '/api/v2/incremental/ticket_metric_events.json?start_time=0';
  const { rows } = await db.pool.query<{ id: string }>(
    "select id from simulator.zendesk_metric_event where at < now() - interval '2 minutes'",
  );
  const events = await rig.all(path, 'ticket_metric_events');
  expect(events.length).toBeGreaterThan(rows.length);
  const found = byId(events);
  expect(rows.every((row) => found.has(Number(row.id)))).toBe(true);

  // Three events are written when a ticket is opened.
  await using narrow = await start({ exportPage: 2 });
  const first = await narrow.get(path);
  expect(first.body['count']).toBe(2);
  const again = await narrow.get(String(first.body['next_page']));
  expect(again.body['ticket_metric_events']).toEqual(first.body['ticket_metric_events']);
  expect(again.body['next_page']).toBe(first.body['next_page']);
  expect(again.body['end_of_stream']).toBe(false);
  const listed = await narrow.all(`${path}&page[size]=100`, 'ticket_metric_events');
  expect(byId(listed).size).toBe(listed.length);
  expect(listed.length).toBeGreaterThanOrEqual(rows.length);
});

test('a deleted ticket is exported as such, loses its comments, and its texts after thirty days; users go too', async () => {
  await using rig = await start({ plant: (path) => `canary ${path}` });
  const tickets = await rig.all(everything, 'tickets');
  const living = tickets.find((ticket) => ticket['status'] === 'closed');
  const comments = `/api/v2/tickets/${living?.id}/comments.json`;
  expect(living).toMatchObject({
    subject: 'canary Ticket.subject',
    description: 'canary Ticket.description',
  });
  const told = await rig.all(`${comments}?page[size]=1`, 'comments');
  expect(told.length).toBeGreaterThan(1);
  expect(told[0]).toMatchObject({
    body: 'canary Comment.body',
    attachments: [{ file_name: 'canary Attachment.file_name' }],
  });
  await rig.api.deleteTicket(living?.id ?? 0);
  const [user] = await rig.all(users, 'users');
  await rig.api.deleteUser(user?.id ?? 0);
  expect((await rig.get(comments)).status).toBe(404);
  moveBy(61_000);
  const now = byId(await rig.all(everything, 'tickets'));
  expect(now.get(living?.id ?? 0)).toMatchObject({ status: 'deleted' });
  const deleted = byId(await rig.all('/api/v2/deleted_tickets.json?page[size]=1', 'deleted_tickets'));
  expect(deleted.has(living?.id ?? 0)).toBe(true);
  expect(byId(await rig.all(users, 'users')).get(user?.id ?? 0)).toMatchObject({ active: false });

  const scrubbed = tickets.filter((ticket) => ticket['subject'] === 'SCRUBBED');
  expect(scrubbed.length).toBeGreaterThan(0);
  expect(scrubbed.every((ticket) => ticket['status'] === 'deleted' && !deleted.has(ticket.id))).toBe(true);
  const ratings = await rig.all(
    '/api/v2/satisfaction_ratings.json?page[size]=20&start_time=0',
    'satisfaction_ratings',
  );
  expect(ratings.every((rating) => now.has(Number(rating['ticket_id'])))).toBe(true);
  expect(
    ratings.filter((rating) => rating['comment'] === 'canary SatisfactionRating.comment').length,
  ).toBeGreaterThan(0);
});

test('who may not export is told so, and who asks too often when to come again', async () => {
  let role: 'admin' | 'agent' = 'admin';
  await using rig = await start({ exportsPerMinute: 10, role: () => role });
  expect((await rig.get(everything, 'wrong')).status).toBe(401);
  role = 'agent';
  expect((await rig.get(everything)).status).toBe(403);
  role = 'admin';
  const statuses: number[] = [];
  for (let request = 0; request < 11; request += 1) statuses.push((await rig.get(everything)).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  const limited = await rig.get(everything);
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await rig.get('/api/v2/deleted_tickets.json')).status).toBe(200);
  moveBy(60_000);
  expect((await rig.get(everything)).status).toBe(200);
});

test('live orders get tickets, in the order in which they were opened', async () => {
  await using rig = await start();
  const before = byId(await rig.all(everything, 'tickets'));
  await db.pool.query(
    `insert into orders select id + 1000000, 'L' || id, customer_id, channel, currency, status, is_test, ship_country,
       shipping_amount, $1, null, $1 from orders where id < 500`,
    [clock.now()],
  );
  moveBy(30 * 60_000);
  const live = (await rig.all(everything, 'tickets')).filter((ticket) => !before.has(ticket.id));
  expect(live.length).toBeGreaterThan(8);
  expect(live.every((ticket) => ticket.id > 1_000_000)).toBe(true);
});
