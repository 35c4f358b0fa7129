import type pg from 'pg';
import type { JsonObject } from '../saas/json.ts';
import type { SaasRequest, SaasResponse } from '../saas/api.ts';
import { invalid, tooRecent } from './answers.ts';
import { organizationJson, organizationsSql, userJson, usersSql } from './people.ts';
import type { OrganizationRow, UserRow } from './people.ts';
import { ticketJson, timeOf } from './render.ts';
import type { TicketDoc, View } from './render.ts';

/** What answering needs. */
export interface Desk extends View {
  readonly db: pg.Pool;
  readonly nowMs: number;
  /** The most that a page of an export holds, and what it holds unless fewer are asked for. */
  readonly exportPage: number;
}

/** Records that are exported in the order of their last change: SQL with `id` and `changed_at`, and how they look. */
export interface Exported {
  readonly name: string;
  readonly sql: string;
  readonly json: (row: never, view: View) => JsonObject;
}

interface TicketRow {
  readonly doc: TicketDoc;
}

interface MetricEventRow {
  readonly id: string;
  readonly ticket_id: string;
  readonly doc: {
    readonly metric: string;
    readonly instance: number;
    readonly type: string;
    readonly at: number;
  };
}

export const tickets: Exported = {
  name: 'tickets',
  sql: 'select id, generated_at as changed_at, doc from simulator.zendesk_ticket where doc is not null',
  json: ({ doc }: TicketRow, view) => ticketJson(doc, view),
};

export const users: Exported = {
  name: 'users',
  sql: usersSql,
  json: (row: UserRow, view) => userJson(row, view),
};

export const organizations: Exported = {
  name: 'organizations',
  sql: organizationsSql,
  json: (row: OrganizationRow, view) => organizationJson(row, view),
};

export const metricEvents: Exported = {
  name: 'ticket_metric_events',
  sql: 'select id, ticket_id, at as changed_at, doc from simulator.zendesk_metric_event',
  json: ({ id, ticket_id: ticketId, doc }: MetricEventRow) => ({
    id: Number(id),
    ticket_id: Number(ticketId),
    metric: doc.metric,
    instance_id: doc.instance,
    type: doc.type,
    time: timeOf(doc.at),
    deleted: false,
  }),
};

/** What changed in the last minute is in no export yet. */
const lagSeconds = 60;

interface ChangedRow {
  readonly id: string;
  readonly second: string;
}

/** Rows after a place in the order of (second, id), which whole seconds make ambiguous to nobody but time exports. */
async function rowsAfter(
  { sql }: Exported,
  place: { readonly second: number; readonly id: number },
  limit: number,
  { db, nowMs }: Desk,
): Promise<readonly ChangedRow[]> {
  const { rows } = await db.query<ChangedRow>(
    `select q.*, floor(extract(epoch from q.changed_at))::bigint as second from (${sql}) q
     where q.changed_at < to_timestamp($1) and q.changed_at >= to_timestamp($2)
       and (floor(extract(epoch from q.changed_at))::bigint, q.id) > ($2::bigint, $3::bigint)
     order by second, q.id limit $4`,
    [Math.floor(nowMs / 1000) - lagSeconds, place.second, place.id, limit],
  );
  return rows;
}

/** A page of a cursor-based incremental export. */
export async function cursorExport(
  exported: Exported,
  request: SaasRequest,
  desk: Desk,
): Promise<SaasResponse> {
  const place = startOf(request, desk);
  if ('status' in place) return place;
  const size = pageSize(request, desk);
  const rows = await rowsAfter(exported, place, size + 1, desk);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const after = encode(last === undefined ? place : { second: Number(last.second), id: Number(last.id) });
  const url = `${desk.baseUrl}${request.path}?cursor=${encodeURIComponent(after)}`;
  return {
    status: 200,
    json: {
      [exported.name]: page.map((row) => exported.json(row as never, desk)),
      after_url: url,
      after_cursor: after,
      before_url: null,
      before_cursor: null,
      end_of_stream: rows.length <= size,
    },
  };
}

function startOf(
  { query }: SaasRequest,
  desk: Desk,
): { readonly second: number; readonly id: number } | SaasResponse {
  const cursor = query.get('cursor');
  if (cursor !== null) return decode(cursor) ?? invalid('cursor', 'is not a valid cursor');
  const start = readStart(query, desk);
  return typeof start === 'number' ? { second: start, id: -1 } : start;
}

function readStart(query: URLSearchParams, { nowMs }: Desk): number | SaasResponse {
  const text = query.get('start_time') ?? '';
  if (!/^\d{1,12}$/.test(text)) return invalid('start_time', 'is missing or not a time');
  const start = Number(text);
  return start > nowMs / 1000 - lagSeconds ? tooRecent() : start;
}

function pageSize({ query }: SaasRequest, { exportPage }: Desk): number {
  const asked = Number(query.get('per_page') ?? exportPage);
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, exportPage) : exportPage;
}

function encode({ second, id }: { readonly second: number; readonly id: number }): string {
  return Buffer.from(`${second}.0||${id}|`).toString('base64');
}

function decode(cursor: string): { readonly second: number; readonly id: number } | undefined {
  const match = /^(\d+)\.0\|\|(-?\d+)\|$/.exec(Buffer.from(cursor, 'base64').toString('utf8'));
  return match === null ? undefined : { second: Number(match[1]), id: Number(match[2]) };
}

/**
 * A page of a time-based incremental export. The next page starts at the second at which this one ended, so that what
 * changed in that second is there twice; and where more than a page changed in one second, the next page is this one.
 */
export async function timeExport(
  exported: Exported,
  request: SaasRequest,
  desk: Desk,
): Promise<SaasResponse> {
  const start = readStart(request.query, desk);
  if (typeof start !== 'number') return start;
  const size = pageSize(request, desk);
  const rows = await rowsAfter(exported, { second: start, id: -1 }, size + 1, desk);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const endTime = last === undefined ? null : Number(last.second);
  return {
    status: 200,
    json: {
      [exported.name]: page.map((row) => exported.json(row as never, desk)),
      next_page: endTime === null ? null : `${desk.baseUrl}${request.path}?start_time=${endTime}`,
      count: page.length,
      end_time: endTime,
      end_of_stream: rows.length <= size,
    },
  };
}
