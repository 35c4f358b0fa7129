import type { Random } from '../../../simulator/world/random.ts';
import { apiWorld, either, seen } from './objects.ts';
import type { ApiWorld, Data, SeenObject } from './objects.ts';
import type { Tables } from './tables.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.parse('2026-03-03T00:00:00Z');
const sizes = { users: 9, tickets: 24 };
const firstUser = 9001;
const firstTicket = 501;

/** A help desk: requesters whom the shop knows or not, tickets in all their versions, their clocks and ratings. */
export function zendeskWorld(shop: Tables, orderIds: readonly string[], random: Random): ApiWorld {
  const users = Array.from({ length: sizes.users }, (_, nth) => user(firstUser + nth, shop, random));
  const tickets = Array.from({ length: sizes.tickets }, (_, nth) =>
    ticket(firstTicket + nth, orderIds, random),
  );
  return apiWorld([...users, ...tickets.flat()]);
}

/** Times of the help desk are whole seconds. */
function text(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function user(id: number, shop: Tables, random: Random): SeenObject {
  const people = [...new Set(shop.versions('customers').map(({ fields }) => fields['id'] ?? '0'))];
  const addresses = shop.versions('customers').flatMap(({ fields }) => fields['email_token'] ?? []);
  const at = startMs - random.integer(1, 40) * hourMs;
  const version = (when: number) => ({
    at: when,
    data: {
      id,
      external_id: random.pick([random.pick(people), '888', 'vip', null, null]),
      email_token: random.chance(0.8) ? random.pick([...addresses, 'token of nobody']) : null,
      role: 'end-user',
      active: true,
      created_at: text(at),
      updated_at: text(when),
    },
  });
  const versions = random.chance(0.5) ? [version(at), version(at + 300 * hourMs)] : [version(at)];
  return seen('users', versions, random.chance(0.1) ? [at + 400 * hourMs] : []);
}

const statuses = ['open', 'pending', 'hold', 'solved', 'closed'] as const;

/** A ticket with its clocks and ratings. Some clocks say nothing, some run backwards, some are taken back. */
function ticket(id: number, orderIds: readonly string[], random: Random): readonly SeenObject[] {
  const createdAt = startMs + random.integer(0, 18 * 24 * 60) * minuteMs + random.integer(0, 59) * 1000;
  const about: Data = {
    id,
    external_id: random.pick([random.pick(orderIds), random.pick(orderIds), '999999', 'W-17', null]),
    requester_id: firstUser + random.integer(0, sizes.users + 1),
    via: { channel: random.pick(['email', 'web', 'chat']) },
    type: 'question',
    created_at: text(createdAt),
  };
  let at = createdAt;
  let status = 'new';
  const state = (): Data => ({
    ...about,
    assignee_id: status === 'new' ? null : 7001,
    priority: random.pick(['low', 'normal', 'high', null]),
    status,
    subject: random.chance(0.1) ? 'SCRUBBED' : 'Where is it?',
    tags: random.pick([['delivery', 'urgent'], ['return'], []]),
    satisfaction_rating: { score: random.pick(['unoffered', 'offered', 'good', 'bad']) },
    updated_at: text(at),
  });
  const versions = [{ at, data: state() }];
  while (random.chance(0.75)) {
    at += random.integer(1, 60 * 60) * minuteMs;
    status = random.pick(statuses);
    versions.push({ at, data: state() });
  }
  const gone = random.chance(0.15) ? [at + hourMs, at + 30 * hourMs] : [];
  return [
    seen('tickets', versions, gone),
    ...clocks(id, createdAt, random),
    ...ratings(id, createdAt, random),
  ];
}

const metrics = ['reply_time', 'agent_work_time', 'resolution_time', 'requester_wait_time'] as const;

function clocks(id: number, createdAt: number, random: Random): readonly SeenObject[] {
  return metrics
    .filter(() => random.chance(0.7))
    .flatMap((metric, place) => {
      let at = createdAt + (random.chance(0.1) ? -3 * hourMs : 0);
      const count = random.integer(1, 5);
      return Array.from({ length: count }, (_, nth) => {
        const type =
          nth === 0 ? 'activate' : random.pick(['activate', 'pause', 'fulfill', 'fulfill', 'measure']);
        const data = {
          id: id * 1000 + place * 10 + nth,
          ticket_id: id,
          metric,
          instance_id: 1,
          type,
          time: text(at),
          deleted: random.chance(0.05),
        };
        const version = { at: at + 1000 * (nth + 1), data };
        at += random.integer(0, 30 * 60) * minuteMs + random.integer(0, 59) * 1000;
        return seen('ticket_metric_events', [version]);
      });
    });
}

function ratings(id: number, createdAt: number, random: Random): readonly SeenObject[] {
  const count = random.pick([0, 0, 1, 2]);
  return Array.from({ length: count }, (_, nth) => {
    const version = (at: number, score: string) => ({
      at,
      data: {
        id: id * 100 + nth,
        ticket_id: id,
        score,
        created_at: text(createdAt + 50 * hourMs),
        updated_at: text(at),
      },
    });
    const offeredAt = createdAt + random.integer(20, 90) * hourMs;
    const given = random.pick(['good', 'bad', 'good_with_comment', 'bad_without_comment']);
    return seen('satisfaction_ratings', [
      version(offeredAt, 'offered'),
      ...either(random, 0.7, [version(offeredAt + hourMs, given)], []),
    ]);
  });
}
