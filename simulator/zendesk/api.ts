import pg from 'pg';
import type { Clock } from '../../lib/clock.ts';
import type { Page, SaasApi, SaasRequest, SaasResponse } from '../saas/api.ts';
import { basicCredentials, isSameSecret } from '../saas/auth.ts';
import { isObject } from '../saas/json.ts';
import type { JsonObject, JsonValue } from '../saas/json.ts';
import { notFound, refusal } from './answers.ts';
import { cursorExport, metricEvents, organizations, tickets, timeExport, users } from './exports.ts';
import type { Desk } from './exports.ts';
import { commentsPage, listAt, listPage } from './lists.ts';
import type { Plant } from './render.ts';
import { createWorld } from './world.ts';

/** A simulated Zendesk account. */
export interface ZendeskApiOptions {
  /** The shop's database, prepared by the simulator. The role may create tables and indexes. */
  readonly url: string;
  /** Decides which orders have tickets and what becomes of them. */
  readonly seed: number;
  readonly clock: Clock;
  /** Of the agent whose credentials clients send, as `email/token` and API token. */
  readonly email: string;
  readonly apiToken: string;
  /** Only an admin may export; asked for every request. */
  readonly role?: () => 'admin' | 'agent';
  /** Of the incremental exports; 10 at Zendesk, 600 unless given. */
  readonly exportsPerMinute?: number;
  /** Objects of a page of an export at most; 1000. */
  readonly exportPage?: number;
  readonly plant?: Plant;
}

/** The API, and what happens in the account behind its back. */
export interface ZendeskApi extends SaasApi {
  /** Creates what it keeps in the database; does nothing where that exists. The first request does it too. */
  readonly prepare: () => Promise<void>;
  /** An agent deletes the ticket. */
  readonly deleteTicket: (id: number) => Promise<void>;
  /** The system changes the ticket: generated_timestamp moves, updated_at does not. */
  readonly touchTicket: (id: number) => Promise<void>;
  /** The user is deleted: exported as not active from now on. */
  readonly deleteUser: (id: number) => Promise<void>;
}

interface Server {
  readonly options: ZendeskApiOptions;
  readonly pool: pg.Pool;
}

type Handler = (request: SaasRequest, desk: Desk) => Promise<SaasResponse> | SaasResponse;

const commentsPattern = /^\/api\/v2\/tickets\/(\d+)\/comments\.json$/;

const handlers: Readonly<Record<string, Handler>> = {
  '/api/v2/incremental/tickets/cursor.json': (request, desk) => cursorExport(tickets, request, desk),
  '/api/v2/incremental/users/cursor.json': (request, desk) => cursorExport(users, request, desk),
  '/api/v2/incremental/organizations.json': (request, desk) => timeExport(organizations, request, desk),
  '/api/v2/incremental/ticket_metric_events.json': (request, desk) => timeExport(metricEvents, request, desk),
};

/** Zendesk's Support API over the simulated shop's orders; mounted as `zendesk`. */
export function createZendeskApi(options: ZendeskApiOptions): ZendeskApi {
  const { url, seed, clock } = options;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'shopwave simulated zendesk',
    options: '-c search_path=public -c timezone=UTC -c datestyle=ISO',
    max: 4,
  });
  pool.on('error', () => {});
  const world = createWorld({ url, seed, clock });
  const server: Server = { options, pool };
  const perMinute = options.exportsPerMinute ?? 600;
  const write = async (sql: string, id: number): Promise<void> => {
    await world.catchUp();
    await pool.query(sql, [id, new Date(Math.floor(clock.now().getTime() / 1000) * 1000)]);
  };
  return {
    name: 'zendesk',
    limits: [
      { name: 'incremental exports', perSecond: perMinute / 60, burst: perMinute, appliesTo: isExport },
    ],
    streamOf: ({ path }) => streamOf(path),
    authorise: (request) => authorise(request, options),
    handle: async (request) => {
      await world.catchUp();
      return await answer(server, request);
    },
    refuse: refusal,
    pageOf,
    prepare: world.catchUp,
    deleteTicket: (id) => write(deleteSql, id),
    touchTicket: (id) => write(touchSql, id),
    deleteUser: (id) =>
      write('insert into simulator.zendesk_user_deleted values ($1, $2) on conflict do nothing', id),
    close: () => pool.end(),
  };
}

const msSql = '(extract(epoch from $2::timestamptz) * 1000)::bigint';
const deleteSql = `update simulator.zendesk_ticket
  set deleted_at = $2, generated_at = $2, next_at = null,
    doc = doc || jsonb_build_object('status', 'deleted', 'deletedAt', ${msSql}, 'updatedAt', ${msSql}, 'generatedAt', ${msSql})
  where id = $1 and doc is not null`;
const touchSql = `update simulator.zendesk_ticket
  set generated_at = $2, doc = doc || jsonb_build_object('generatedAt', ${msSql})
  where id = $1 and doc is not null`;

function isExport({ path }: SaasRequest): boolean {
  return path.startsWith('/api/v2/incremental/');
}

/** The name of the rows that a path leads to. */
function streamOf(path: string): string {
  if (commentsPattern.test(path)) return 'comments';
  return /^\/api\/v2\/(?:incremental\/)?(\w+)/.exec(path)?.[1] ?? 'unknown';
}

function authorise(
  request: SaasRequest,
  { email, apiToken, role }: ZendeskApiOptions,
): 'unauthorised' | 'forbidden' | undefined {
  const given = basicCredentials(request.headers['authorization']);
  if (given?.user !== `${email}/token` || !isSameSecret(given.password, apiToken)) return 'unauthorised';
  return role?.() === 'agent' && isExport(request) ? 'forbidden' : undefined;
}

async function answer({ options, pool }: Server, request: SaasRequest): Promise<SaasResponse> {
  if (request.method !== 'GET') return notFound;
  const desk: Desk = {
    db: pool,
    nowMs: options.clock.now().getTime(),
    exportPage: options.exportPage ?? 1000,
    plant: options.plant ?? (() => undefined),
    baseUrl: request.baseUrl,
  };
  const comments = commentsPattern.exec(request.path);
  if (comments !== null) return await commentsPage(comments[1] ?? '', request, desk);
  const list = listAt(request.path);
  const handler = handlers[request.path];
  // Metric events come both as an export and as a list; a page size asks for the list.
  if (list !== undefined && (handler === undefined || request.query.has('page[size]'))) {
    return await listPage(list, request, desk);
  }
  return handler === undefined ? notFound : await handler(request, desk);
}

/** The list that an answer holds under the name of its stream. */
function pageOf(json: JsonValue, { path }: SaasRequest): Page | undefined {
  const name = streamOf(path);
  const rows = isObject(json) ? json[name] : undefined;
  if (!isObject(json) || !Array.isArray(rows)) return undefined;
  return {
    rows: (rows as readonly JsonValue[]).filter(isObject),
    replace: (changed, hasMore) => ({ ...json, [name]: changed, ...moreToCome(json, hasMore) }),
  };
}

function moreToCome(json: JsonObject, hasMore: boolean | undefined): JsonObject {
  if (hasMore === undefined) return {};
  const { meta } = json;
  return isObject(meta) ? { meta: { ...meta, has_more: hasMore } } : { end_of_stream: !hasMore };
}
