import type { JsonObject } from '../saas/json.ts';
import type { SaasRequest, SaasResponse } from '../saas/api.ts';
import { invalid, notFound } from './answers.ts';
import { metricEvents, organizations } from './exports.ts';
import type { Desk, Exported } from './exports.ts';
import { commentJson, ratingJson, timeOf } from './render.ts';
import type { TicketDoc, View } from './render.ts';
import type { Comment, Rating } from './ticket-life.ts';

/** Records in the order of their keys: SQL with `id` and `changed_at`, and how they look. */
interface Listed extends Exported {
  /** Whether start_time and end_time, seconds since 1970, choose by the last change. */
  readonly isTimed: boolean;
}

interface RatingRow {
  readonly id: string;
  readonly ticket: TicketDoc;
  readonly rating: Rating;
}

const ratings: Listed = {
  name: 'satisfaction_ratings',
  isTimed: true,
  sql: `select r.id, r.updated_at as changed_at, r.doc as rating, t.doc as ticket
    from simulator.zendesk_rating r join simulator.zendesk_ticket t on t.id = r.ticket_id`,
  json: ({ id, ticket, rating }: RatingRow, view) => ratingJson({ id: Number(id), ticket, rating }, view),
};

/** Deleted and not yet gone for good, which is after thirty days. */
const deletedTickets: Listed = {
  name: 'deleted_tickets',
  isTimed: false,
  sql: `select id, deleted_at as changed_at, doc from simulator.zendesk_ticket
    where deleted_at is not null and not (doc ->> 'isScrubbed')::boolean`,
  json: ({ doc }: { readonly doc: TicketDoc }, view) => ({
    id: doc.id,
    subject: subjectOf(doc, view),
    actor: { id: doc.assigneeId ?? 1, name: `Agent ${doc.assigneeId ?? 1}` },
    deleted_at: timeOf(doc.deletedAt ?? doc.updatedAt),
    previous_state: 'open',
  }),
};

function subjectOf(doc: TicketDoc, { plant }: View): string {
  return plant('Ticket.subject') ?? `Ticket ${doc.id}`;
}

const lists: Readonly<Record<string, Listed>> = {
  '/api/v2/satisfaction_ratings.json': ratings,
  '/api/v2/deleted_tickets.json': deletedTickets,
  '/api/v2/organizations.json': { ...organizations, isTimed: false },
  '/api/v2/incremental/ticket_metric_events.json': { ...metricEvents, isTimed: true },
};

/** A list in cursor pagination that a path leads to. */
export function listAt(path: string): Listed | undefined {
  return lists[path];
}

const mostPerPage = 100;

/** A page of a list in cursor pagination. */
export async function listPage(listed: Listed, request: SaasRequest, desk: Desk): Promise<SaasResponse> {
  const page = readPage(request);
  if ('status' in page) return page;
  const { query } = request;
  const from = listed.isTimed ? Number(query.get('start_time') ?? 0) : 0;
  const to = listed.isTimed
    ? Number(query.get('end_time') ?? Number.MAX_SAFE_INTEGER)
    : Number.MAX_SAFE_INTEGER;
  const { rows } = await desk.db.query<{ readonly id: string }>(
    `select * from (${listed.sql}) q
     where q.id > $1 and extract(epoch from q.changed_at) >= $2 and extract(epoch from q.changed_at) < $3
     order by q.id limit $4`,
    [page.after, from, to, page.size + 1],
  );
  const found = rows.slice(0, page.size);
  const items = found.map((row) => listed.json(row as never, desk));
  return pageAnswer(listed.name, items, found.at(-1)?.id, rows.length > page.size, request);
}

/** The comments of a ticket; those of a deleted one are gone. */
export async function commentsPage(
  ticketId: string,
  request: SaasRequest,
  desk: Desk,
): Promise<SaasResponse> {
  const { rows } = await desk.db.query<{ readonly doc: TicketDoc; readonly comments: readonly Comment[] }>(
    'select doc, comments from simulator.zendesk_ticket where id = $1 and doc is not null and deleted_at is null',
    [ticketId],
  );
  const [row] = rows;
  if (row === undefined) return notFound;
  const page = readPage(request);
  if ('status' in page) return page;
  const rest = row.comments.filter((each) => each.id > Number(page.after));
  const found = rest.slice(0, page.size);
  const items = found.map((each) => commentJson(each, row.doc, desk));
  return pageAnswer(
    'comments',
    items,
    String(found.at(-1)?.id ?? page.after),
    rest.length > page.size,
    request,
  );
}

function readPage({ query }: SaasRequest): { readonly size: number; readonly after: string } | SaasResponse {
  const size = Number(query.get('page[size]') ?? mostPerPage);
  if (!Number.isInteger(size) || size < 1 || size > mostPerPage) {
    return invalid('page[size]', `must be between 1 and ${mostPerPage}`);
  }
  const cursor = query.get('page[after]');
  if (cursor === null) return { size, after: '-1' };
  const after = Buffer.from(cursor, 'base64').toString('utf8');
  return /^\d+$/.test(after) ? { size, after } : invalid('page[after]', 'is not valid');
}

function pageAnswer(
  name: string,
  items: readonly JsonObject[],
  lastId: string | undefined,
  hasMore: boolean,
  request: SaasRequest,
): SaasResponse {
  const after = lastId === undefined ? null : Buffer.from(lastId).toString('base64');
  const next = new URLSearchParams(request.query);
  if (after !== null) next.set('page[after]', after);
  return {
    status: 200,
    json: {
      [name]: items,
      meta: { has_more: hasMore, after_cursor: after, before_cursor: null },
      links: { next: hasMore ? `${request.baseUrl}${request.path}?${next.toString()}` : null, prev: null },
    },
  };
}
