import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveTicket } from '../../../../simulator/zendesk/ticket-life.ts';

const placedAt = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 86_400_000;

function facts(orderId: number): Parameters<typeof liveTicket>[1] {
  return { orderId, orderNumber: `N${orderId}`, customerId: 7, isWholesale: true, placedAt };
}

test('a ticket looked at later goes on from where it stood, and stands still until its next moment', () => {
  const moment = fc.integer({ min: 1, max: 90 * dayMs });
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.nat(10_000),
      moment,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, id, ms, share) => {
        const now = placedAt + ms;
        const { ticket, nextAt = now + 400 * dayMs } = liveTicket(seed, facts(id), now);
        expect(nextAt).toBeGreaterThanOrEqual(now);
        expect(liveTicket(seed, facts(id), now + Math.floor((nextAt - now) * share)).ticket).toEqual(ticket);
        const grown = liveTicket(seed, facts(id), nextAt + dayMs).ticket;
        if (ticket === undefined) return;
        expect(grown?.metricEvents.slice(0, ticket.metricEvents.length)).toEqual(ticket.metricEvents);
        expect(grown?.generatedAt).toBeGreaterThanOrEqual(ticket.generatedAt);
        expect(ticket.generatedAt).toBeGreaterThanOrEqual(ticket.updatedAt);
      },
    ),
    { numRuns: 200 },
  );
});

test('all that can become of a ticket does: closed on the hour, recalculated, rated, deleted and scrubbed', () => {
  const tickets = Array.from(
    { length: 400 },
    (_, id) => liveTicket(1, facts(id), placedAt + 200 * dayMs).ticket,
  );
  const closed = tickets.filter((each) => each?.status === 'closed');
  expect(closed.length).toBeGreaterThan(300);
  expect(closed.every((each) => (each?.updatedAt ?? 1) % 3_600_000 === 0)).toBe(true);
  expect(new Set(tickets.map((each) => each?.rating?.score))).toEqual(
    new Set([undefined, 'offered', 'good', 'bad']),
  );
  const deleted = tickets.filter((each) => each?.status === 'deleted');
  expect(deleted.length).toBeGreaterThan(5);
  expect(deleted.every((each) => each?.isScrubbed === true && each.generatedAt > each.updatedAt)).toBe(true);
  expect(deleted.flatMap((each) => each?.comments ?? []).every((each) => each.text === 'SCRUBBED')).toBe(
    true,
  );
  // The system's own change shows between solving and what comes next.
  const solving = tickets.map((_, id) => liveTicket(1, facts(id), placedAt + 3 * dayMs).ticket);
  expect(solving.some((each) => each !== undefined && each.generatedAt > each.updatedAt)).toBe(true);
});
