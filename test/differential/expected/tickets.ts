import { nowOf } from '../world/objects.ts';
import type { ApiWorld, Data, SeenObject } from '../world/objects.ts';
import type { Persons } from './persons.ts';
import { satelliteOf } from './persons.ts';
import { referenceIn, textIn } from './stripe-account.ts';
import { dayOf, earliest, groupBy, hashKey, latest, total } from './values.ts';
import type { MartRow } from './values.ts';
import { lookup } from './versions.ts';
import type { MemberVersion } from './versions.ts';

/** What the clocks of a ticket showed. */
interface Clocks {
  readonly askedAt: Date | null;
  readonly repliedAt: Date | null;
  readonly firstSolvedAt: Date | null;
  readonly solvedAt: Date | null;
  readonly solvedCount: number;
  readonly isOpenAgain: boolean;
  readonly waitSeconds: bigint | null;
}

interface ClockEvent {
  readonly id: number;
  readonly type: string;
  readonly at: Date;
}

function timeIn(data: Data | undefined, field: string): Date | null {
  const value = data?.[field];
  return typeof value === 'string' ? new Date(value) : null;
}

const counted = new Set(['activate', 'pause', 'fulfill']);

/** The clock's events in their order, without those that were taken back. */
function eventsOf(rows: readonly Data[], metric: string): readonly ClockEvent[] {
  return rows
    .filter((row) => row['metric'] === metric && row['deleted'] !== true)
    .map((row) => ({
      id: Number(row['id']),
      type: textIn(row, 'type') ?? '',
      at: timeIn(row, 'time') ?? new Date(NaN),
    }))
    .filter(({ type }) => counted.has(type))
    .toSorted((one, other) => one.at.getTime() - other.at.getTime() || one.id - other.id);
}

function clocksOf(rows: readonly Data[]): Clocks {
  const times = (events: readonly ClockEvent[], type: string): readonly Date[] =>
    events.filter((each) => each.type === type).map(({ at }) => at);
  const reply = eventsOf(rows, 'reply_time');
  const wait = eventsOf(rows, 'requester_wait_time');
  const ends = ['resolution_time', 'agent_work_time'].map((metric) => eventsOf(rows, metric));
  const solving = ends.find((events) => times(events, 'fulfill').length > 0) ?? [];
  const [started, solved] = [latest(times(solving, 'activate')), latest(times(solving, 'fulfill'))];
  const isOpenAgain = started !== null && solved !== null && started > solved;
  const runs = wait.flatMap(({ type, at }, nth) => {
    const next = wait[nth + 1];
    if (type !== 'activate' || next === undefined) return [];
    return [BigInt(Math.floor((next.at.getTime() - at.getTime()) / 1000))];
  });
  return {
    askedAt: earliest(times(reply, 'activate')),
    repliedAt: earliest(times(reply, 'fulfill')),
    firstSolvedAt: earliest(times(solving, 'fulfill')),
    solvedAt: isOpenAgain ? null : solved,
    solvedCount: times(solving, 'fulfill').length,
    isOpenAgain,
    waitSeconds: runs.length === 0 ? null : total(runs, (each) => each),
  };
}

const isSolved = new Set<unknown>(['solved', 'closed']);

/** Since when the help desk has shown it solved without a break. */
function shownSolvedAt({ versions }: SeenObject): Date | null {
  const lastOpen = versions.findLastIndex(({ data }) => !isSolved.has(data['status']));
  return earliest(versions.slice(lastOpen + 1).map(({ data }) => timeIn(data, 'updated_at')));
}

/** How the requester rates it now. */
function scoreOf(rows: readonly Data[]): string | null {
  const place = (row: Data): string => `${textIn(row, 'updated_at')} ${String(row['id']).padStart(20, '0')}`;
  const last = rows.toSorted((one, other) => (place(one) < place(other) ? -1 : 1)).at(-1);
  return last === undefined ? null : textIn(last, 'score');
}

function judged(score: string | null): string | null {
  if (score === 'offered') return score;
  return /^(good|bad)(_with_comment|_without_comment)?$/.exec(score ?? '')?.[1] ?? null;
}

/** Whole minutes that passed. */
function minutes(from: Date | null, to: Date | null): bigint | null {
  if (from === null || to === null || to < from) return null;
  return BigInt(Math.floor((to.getTime() - from.getTime()) / 60_000));
}

/** Tickets with their clocks, their order and whoever wrote them. */
export function fctSupportTickets(
  zendesk: ApiWorld,
  orders: readonly MartRow[],
  people: { readonly persons: Persons; readonly customers: readonly MemberVersion[] },
): readonly MartRow[] {
  const of = (table: string) => groupBy(nowOf(zendesk, table).values(), (row) => String(row['ticket_id']));
  const [events, ratings] = [of('ticket_metric_events'), of('satisfaction_ratings')];
  const users = nowOf(zendesk, 'users');
  const orderOf = new Map(orders.map((order) => [order['order_id'], order]));
  const customerAt = lookup(people.customers);
  return zendesk.objects
    .filter(({ table }) => table === 'tickets')
    .map((ticket) => {
      const now = ticket.versions.at(-1)?.data ?? {};
      const clocks = clocksOf(events.get(String(ticket.id)) ?? []);
      const createdAt = timeIn(now, 'created_at') ?? new Date(NaN);
      const user = users.get(String(now['requester_id']));
      const who =
        user === undefined
          ? { customerId: null, personId: null }
          : satelliteOf(user['external_id'], user, people.persons);
      const solvedAt = isSolved.has(now['status']) ? (clocks.solvedAt ?? shownSolvedAt(ticket)) : null;
      const deletedAt = ticket.goneAt[0] === undefined ? null : new Date(ticket.goneAt[0]);
      const askedAt = clocks.askedAt ?? createdAt;
      const orderId = referenceIn(now, 'external_id');
      const order = orderId === null ? undefined : orderOf.get(orderId);
      const asked = customerAt(String(who.customerId ?? who.personId ?? ''), createdAt);
      const rated: unknown = now['satisfaction_rating'];
      const own = typeof rated === 'object' && rated !== null ? textIn({ ...rated }, 'score') : null;
      const tags: unknown = now['tags'];
      const topic: unknown = Array.isArray(tags) ? tags[0] : null;
      return {
        ticket_key: hashKey('zendesk', Number(ticket.id)),
        ticket_id: BigInt(ticket.id),
        source_system: 'zendesk',
        order_key: orderId === null ? -2n : (order?.['order_key'] ?? -1n),
        order_id: orderId,
        ...customerOf(order, asked, who.personId),
        status: deletedAt === null ? textIn(now, 'status') : 'deleted',
        priority: textIn(now, 'priority'),
        via_channel: viaOf(now),
        topic: typeof topic === 'string' ? topic : null,
        assignee_id: now['assignee_id'] === null ? null : BigInt(Number(now['assignee_id'])),
        created_at: createdAt,
        first_reply_at: clocks.repliedAt,
        first_solved_at: clocks.firstSolvedAt,
        solved_at: solvedAt,
        deleted_at: deletedAt,
        first_reply_minutes: minutes(askedAt, clocks.repliedAt),
        first_resolution_minutes: minutes(createdAt, clocks.firstSolvedAt),
        resolution_minutes: minutes(createdAt, solvedAt),
        requester_wait_minutes: clocks.waitSeconds === null ? null : clocks.waitSeconds / 60n,
        satisfaction_score: judged(scoreOf(ratings.get(String(ticket.id)) ?? []) ?? own),
        is_reopened: clocks.solvedCount > 1 || clocks.isOpenAgain,
        is_deleted: deletedAt !== null,
        is_scrubbed: now['subject'] === 'SCRUBBED',
        is_clock_wrong:
          (clocks.repliedAt !== null && clocks.repliedAt < askedAt) ||
          (solvedAt !== null && solvedAt < createdAt),
        created_date: dayOf(createdAt),
        first_reply_date: dayOf(clocks.repliedAt),
        solved_date: dayOf(solvedAt),
        deleted_date: dayOf(deletedAt),
      };
    });
}

function viaOf(data: Data): string | null {
  const via: unknown = data['via'];
  return typeof via === 'object' && via !== null ? textIn({ ...via }, 'channel') : null;
}

/** The customer of the order, else whoever asks. */
function customerOf(
  order: MartRow | undefined,
  asked: MemberVersion | undefined,
  personId: bigint | null,
): MartRow {
  if (order !== undefined && order['customer_key'] !== -1n) {
    const { customer_key = null, customer_durable_key = null, person_key = null } = order;
    return { customer_key, customer_durable_key, person_key };
  }
  return {
    customer_key: asked?.key ?? -1n,
    customer_durable_key: asked?.durableKey ?? -1n,
    person_key: personId === null ? -1n : hashKey(personId),
  };
}
