import { z } from 'zod';
import type { CubeQuery, CubeRow } from '../server/cube-query.ts';
import { queryError } from '../server/query-errors.ts';
import type { Served } from './served-text.ts';

export interface Loaded {
  readonly rows: CubeRow[];
  readonly served: Served;
}

/** The statement of a query, and the values that go with it. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly string[];
}

/** The credentials were not accepted, or there are none and some are needed. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
}

/** Nobody answers, or not the semantic layer. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Cube's REST API as it is, for one person. */
export interface CubeRest {
  /** What there is, and in which version of the model. */
  readonly meta: () => Promise<{ readonly meta: unknown; readonly model: string }>;
  readonly load: (query: CubeQuery, signal?: AbortSignal) => Promise<Loaded>;
  readonly sql: (query: CubeQuery, signal?: AbortSignal) => Promise<Statement>;
}

const rows = z.object({
  data: z.array(
    z.record(z.string(), z.union([z.string(), z.boolean(), z.null(), z.number().transform(String)])),
  ),
});
const failure = z.object({ error: z.string() });
const statement = z.object({
  sql: z.object({ sql: z.tuple([z.string(), z.array(z.unknown())]) }),
});

/** Still running: Cube answers so after some seconds, and wants to be asked again. */
const stillRunning = 'Continue wait';
const pauseMs = 200;

/** `authorization` is the header of that name; nothing of it is kept outside this page's memory. */
export function openCubeRest(authorization: string | undefined): CubeRest {
  const send = async (path: string, body: object | undefined, signal?: AbortSignal): Promise<Response> => {
    const headers = new Headers({ 'x-shopwave-tag': 'explorer' });
    if (authorization !== undefined) headers.set('authorization', authorization);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const init: RequestInit = { headers, credentials: 'omit', cache: 'no-store', redirect: 'error' };
    if (body !== undefined) Object.assign(init, { method: 'POST', body: JSON.stringify(body) });
    if (signal !== undefined) init.signal = signal;
    const response = await fetch(`/cubejs-api/v1/${path}`, init).catch((error: unknown) => {
      if (signal?.aborted === true) throw error;
      throw new Unreachable('the server does not answer');
    });
    if (response.status === 401) throw new Unauthenticated('the credentials were not accepted');
    return response;
  };
  const ask = async (
    path: string,
    body: object | undefined,
    signal?: AbortSignal,
  ): Promise<{ readonly answer: unknown; readonly headers: Headers }> => {
    for (;;) {
      const response = await send(path, body, signal);
      const answer: unknown = await response.json().catch(() => {
        throw new Unreachable(`the server answered ${response.status} without saying why`);
      });
      const failed = failure.safeParse(answer);
      if (!failed.success && response.ok) return { answer, headers: response.headers };
      const text = failed.success ? failed.data.error : `the server answered ${response.status}`;
      if (text !== stillRunning) {
        throw queryError(text, response.status < 500 ? 'SEMANTIC_QUERY_REJECTED' : 'SEMANTIC_QUERY_FAILED');
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      signal?.throwIfAborted();
    }
  };
  return {
    meta: async () => {
      const { answer, headers } = await ask('meta', undefined);
      return { meta: answer, model: modelIn(headers) };
    },
    load: async (query, signal) => {
      const { answer, headers } = await ask('load', { query }, signal);
      return { rows: rows.parse(answer).data, served: servedIn(headers) };
    },
    sql: async (query, signal) => {
      const { answer } = await ask('sql', { query }, signal);
      const [sql, values] = statement.parse(answer).sql.sql;
      return { sql, values: values.map(String) };
    },
  };
}

function modelIn(headers: Headers): string {
  return headers.get('x-shopwave-model') ?? '';
}

function servedIn(headers: Headers): Served {
  return {
    publication: headers.get('x-shopwave-publication') ?? '',
    origin: headers.get('x-shopwave-origin') ?? '',
    publishedAt: timeIn(headers, 'x-shopwave-published-at'),
    freshAsOf: timeIn(headers, 'x-shopwave-fresh-as-of'),
    isStale: headers.get('x-shopwave-stale') === 'true',
    model: modelIn(headers),
  };
}

/** Warehouses write times with a blank and without a zone; they mean UTC. */
function timeIn(headers: Headers, name: string): Date | undefined {
  const text = (headers.get(name) ?? '').replace(' ', 'T');
  const time = new Date(/T[^+Z-]*$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Basic with a user; without one, what stands for the secret is a token. */
export function authorizationOf(user: string, secret: string): string {
  if (user === '') return `Bearer ${secret}`;
  const bytes = new TextEncoder().encode(`${user}:${secret}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}
