import { createRandom } from '../world/random.ts';
import type { Random } from '../world/random.ts';
import { agentCount, customerUserId, guestUserId, organizationId } from './ids.ts';
import { agentReplies, customerReplies, priorities, topics, vias } from './vocabulary.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const firstStream = 2_000_000_000;

/** What a ticket is about, as it was when the ticket was planned. */
export interface TicketFacts {
  readonly orderId: number;
  readonly orderNumber: string;
  readonly customerId: number | null;
  readonly isWholesale: boolean;
  readonly placedAt: number;
}

type TicketStatus = 'new' | 'open' | 'pending' | 'solved' | 'closed' | 'deleted';

/** A ticket as it stands. */
export interface Ticket {
  readonly id: number;
  readonly facts: TicketFacts;
  readonly topic: number;
  readonly via: string;
  readonly priority: string;
  readonly requesterId: number;
  readonly organizationId: number | null;
  readonly status: TicketStatus;
  readonly assigneeId: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Moves with every change, the system's own too. */
  readonly generatedAt: number;
  readonly deletedAt: number | null;
  /** Since it was solved, the system has gone over it once. */
  readonly isRecalculated: boolean;
  /** Its texts are gone for good. */
  readonly isScrubbed: boolean;
  readonly comments: readonly Comment[];
  readonly metricEvents: readonly MetricEvent[];
  readonly rating: Rating | null;
}

export interface Comment {
  readonly id: number;
  readonly authorId: number;
  readonly text: string;
  readonly isPublic: boolean;
  readonly at: number;
}

interface MetricEvent {
  readonly id: number;
  readonly metric: 'reply_time' | 'agent_work_time' | 'requester_wait_time';
  readonly instance: number;
  readonly type: 'activate' | 'fulfill' | 'pause' | 'measure';
  readonly at: number;
}

export interface Rating {
  readonly score: 'offered' | 'good' | 'bad';
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface Step {
  readonly waitMs: number;
  readonly change: (ticket: Ticket, at: number, random: Random) => Ticket;
}

/**
 * The life of an order's ticket up to `nowMs`; no ticket while it lies in the future. It depends on seed and facts
 * alone: later moments only add to what earlier ones saw. Times are whole seconds, as the API knows them.
 */
export function liveTicket(
  seed: number,
  facts: TicketFacts,
  nowMs: number,
): { readonly ticket: Ticket | undefined; readonly nextAt: number | undefined } {
  const random = createRandom(seed, firstStream + facts.orderId);
  // Some write at once, so that live traffic shows; most wait for the parcel.
  const delay = random.chance(0.35) ? random.exponential(3 * minuteMs) : random.exponential(30 * hourMs);
  let at = second(facts.placedAt + 1000 + delay);
  if (at >= nowMs) return { ticket: undefined, nextAt: at };
  let ticket = opened(facts, at, random);
  for (;;) {
    const step = nextStep(ticket, random);
    if (step === undefined) return { ticket, nextAt: undefined };
    at = step.change === close ? closingTime(at + step.waitMs) : second(at + Math.max(1000, step.waitMs));
    if (at >= nowMs) return { ticket, nextAt: at };
    ticket = step.change(ticket, at, random);
  }
}

/** The automation that closes tickets runs on the hour, so that many change in the same second. */
function closingTime(ms: number): number {
  return Math.ceil(ms / hourMs) * hourMs;
}

function second(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function opened(facts: TicketFacts, at: number, random: Random): Ticket {
  const topic = random.weighted(topics, (each) => each.weight) ?? topics[0];
  const { orderId, customerId } = facts;
  const requesterId = customerId === null ? guestUserId(orderId) : customerUserId(customerId);
  const first: Ticket = {
    id: orderId,
    facts,
    topic: topics.indexOf(topic),
    via: (random.weighted(vias, (each) => each.weight) ?? vias[0]).channel,
    priority: (random.weighted(priorities, (each) => each.weight) ?? priorities[1]).name,
    requesterId,
    organizationId: facts.isWholesale && customerId !== null ? organizationId(customerId) : null,
    status: 'new',
    assigneeId: null,
    createdAt: at,
    updatedAt: at,
    generatedAt: at,
    deletedAt: null,
    isRecalculated: false,
    isScrubbed: false,
    comments: [],
    metricEvents: [],
    rating: null,
  };
  const asked = say(first, requesterId, topic.text, at);
  return measure(
    asked,
    at,
    ['reply_time', 'activate'],
    ['agent_work_time', 'activate'],
    ['requester_wait_time', 'activate'],
  );
}

/** What happens next, after how long; nothing once it never changes again. */
function nextStep(ticket: Ticket, random: Random): Step | undefined {
  const soon = random.chance(0.4) ? 2 * minuteMs : 8 * hourMs;
  switch (ticket.status) {
    case 'new':
    case 'open':
      if (topics[ticket.topic]?.tag === 'spam') return { waitMs: random.exponential(hourMs), change: remove };
      return random.chance(0.6)
        ? { waitMs: random.exponential(soon), change: reply }
        : { waitMs: random.exponential(soon), change: solve };
    case 'pending':
      return random.chance(0.5)
        ? { waitMs: random.exponential(soon), change: reopen }
        : { waitMs: random.exponential(soon), change: solve };
    case 'solved':
      return solvedStep(ticket, random);
    case 'deleted':
      return ticket.isScrubbed ? undefined : { waitMs: 30 * dayMs, change: scrub };
    case 'closed':
      return undefined;
  }
}

function solvedStep(ticket: Ticket, random: Random): Step {
  if (!ticket.isRecalculated) return { waitMs: 10 * minuteMs, change: recalculate };
  if (ticket.rating === null && random.chance(0.5)) return { waitMs: hourMs, change: offerRating };
  if (ticket.rating?.score === 'offered' && random.chance(0.6)) {
    return { waitMs: random.exponential(6 * hourMs), change: rate };
  }
  return random.chance(0.02)
    ? { waitMs: random.exponential(dayMs), change: remove }
    : { waitMs: 4 * dayMs, change: close };
}

function changed(ticket: Ticket, at: number, fields: Partial<Ticket>): Ticket {
  return { ...ticket, ...fields, updatedAt: at, generatedAt: at };
}

function say(ticket: Ticket, authorId: number, text: string, at: number, isPublic = true): Ticket {
  const id = ticket.id * 100 + ticket.comments.length + 1;
  return { ...ticket, comments: [...ticket.comments, { id, authorId, text, isPublic, at }] };
}

function measure(
  ticket: Ticket,
  at: number,
  ...events: readonly (readonly [MetricEvent['metric'], MetricEvent['type']])[]
): Ticket {
  const metricEvents = [...ticket.metricEvents];
  for (const [metric, type] of events) {
    metricEvents.push({ id: ticket.id * 100 + metricEvents.length + 1, metric, instance: 1, type, at });
  }
  return { ...ticket, metricEvents };
}

function reply(ticket: Ticket, at: number, random: Random): Ticket {
  const assigneeId = ticket.assigneeId ?? random.integer(1, agentCount);
  const said = say(ticket, assigneeId, random.pick(agentReplies), at);
  const first = ticket.assigneeId === null ? [['reply_time', 'fulfill'] as const] : [];
  const measured = measure(said, at, ...first, ['requester_wait_time', 'pause']);
  return changed(measured, at, { status: 'pending', assigneeId });
}

function reopen(ticket: Ticket, at: number, random: Random): Ticket {
  const said = say(ticket, ticket.requesterId, random.pick(customerReplies), at);
  return changed(measure(said, at, ['requester_wait_time', 'activate']), at, { status: 'open' });
}

function solve(ticket: Ticket, at: number, random: Random): Ticket {
  const assigneeId = ticket.assigneeId ?? random.integer(1, agentCount);
  const noted = say(ticket, assigneeId, 'Done, see the order.', at, false);
  const measured = measure(noted, at, ['agent_work_time', 'fulfill'], ['requester_wait_time', 'fulfill']);
  return changed(measured, at, { status: 'solved', assigneeId });
}

/** The system's own change: only generatedAt shows it. */
function recalculate(ticket: Ticket, at: number): Ticket {
  return { ...ticket, isRecalculated: true, generatedAt: at };
}

function offerRating(ticket: Ticket, at: number): Ticket {
  return changed(ticket, at, { rating: { score: 'offered', createdAt: at, updatedAt: at } });
}

function rate(ticket: Ticket, at: number, random: Random): Ticket {
  const { createdAt } = ticket.rating ?? { createdAt: at };
  const score = random.chance(0.8) ? 'good' : 'bad';
  return changed(ticket, at, { rating: { score, createdAt, updatedAt: at } });
}

function close(ticket: Ticket, at: number): Ticket {
  return changed(measure(ticket, at, ['requester_wait_time', 'measure']), at, { status: 'closed' });
}

function remove(ticket: Ticket, at: number): Ticket {
  return changed(ticket, at, { status: 'deleted', deletedAt: at });
}

function scrub(ticket: Ticket, at: number): Ticket {
  const comments = ticket.comments.map((each) => ({ ...each, text: scrubbedText }));
  return { ...ticket, comments, isScrubbed: true, generatedAt: at };
}

/** What the help desk puts in the place of texts that are gone. */
export const scrubbedText = 'SCRUBBED';
