import express from 'express';
import { z } from 'zod';
import { messageOf } from '../../../lib/errors.ts';
import { semanticErrors } from '../../errors.ts';
import { mostRows } from '../access/caller.ts';
import { queryErrorText } from '../query-errors.ts';
import type { ModelVisit } from '../query-watch.ts';
import { isError } from './answer.ts';
import type { Answer, Asked } from './answer.ts';

/** Larger than any query that a person has written; Cube itself takes 50 MB. */
const largestRequest = '1mb';

const sent = z.looseObject({
  query: z.unknown().optional(),
  queryType: z.string().optional(),
  cache: z.string().optional(),
});

/** What an error is over HTTP, by its code; every other is Cube's own status. */
const statuses: readonly (readonly [code: string, status: number])[] = [
  ['SEMANTIC_QUERIES_TOO_MANY', 429],
  ['SEMANTIC_NOT_PUBLISHED', 503],
  ['SEMANTIC_OVERTAKEN', 503],
  ['SEMANTIC_QUERY_TIMEOUT', 504],
];
const retryAfterSec: Readonly<Record<number, string>> = { 429: '1', 503: '30' };

/** `/v1/load` of Cube's REST API, answered from memory where that is right; told in headers, which clients pass over. */
export function loadRoute(
  ask: (asked: Asked, visit: ModelVisit) => Promise<Answer>,
  visitOf: (request: express.Request) => ModelVisit | undefined,
): express.Router {
  const answer = async (request: express.Request, response: express.Response): Promise<void> => {
    const visit = visitOf(request);
    const parsed = sent.safeParse(request.method === 'GET' ? request.query : request.body);
    if (visit === undefined) throw new Error('a query without a caller');
    if (parsed.data?.query === undefined) return reject(response, 400, 'the request has no `query`');
    const { query, queryType, cache } = parsed.data;
    const text = typeof query === 'string' ? query : JSON.stringify(query);
    const answered = await ask({ text, queryType, cacheMode: cache }, visit);
    if (visit.signal?.aborted === true) return;
    send(response, answered);
  };
  const router = express.Router();
  const route: express.RequestHandler = (request, response, next) =>
    void settledBy(answer(request, response), (error) => {
      if (!isTooDeep(error)) return next(error);
      reject(response, 400, 'the query is nested too deep');
    });
  router.get('/v1/load', route);
  router.post('/v1/load', express.json({ limit: largestRequest }), unreadable, route);
  return router;
}

/** Filters in filters, which are read by functions that call themselves. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** What the parser of bodies finds: no JSON, or too much of it. */
const unreadable: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const { status, expose } = Object(error) as { readonly status?: unknown; readonly expose?: unknown };
  if (typeof status !== 'number' || expose !== true) return next(error);
  reject(response, status, `the body cannot be read: ${messageOf(error)}`);
};

function reject(response: express.Response, status: number, message: string): void {
  const error = semanticErrors.error('SEMANTIC_QUERY_REJECTED', { message });
  response.status(status).json({ error: queryErrorText(error) });
}

function send(response: express.Response, answer: Answer): void {
  const { body, of } = answer;
  // Cube takes it for a failure of its own.
  if (answer.status === 500 && body.includes('"Error: The query limit has been exceeded."'))
    return reject(response, 400, `\`limit\` is at most ${mostRows} rows`);
  const told = statuses.find(([code]) => isError(answer, code))?.[1] ?? answer.status;
  const retry = retryAfterSec[told];
  response.statusCode = told;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', body.length);
  if (retry !== undefined) response.setHeader('retry-after', retry);
  if (of !== undefined) {
    const { version, publishedAt, sourceCommittedAt } = of.publication;
    response.setHeader('x-shopwave-publication', String(version));
    response.setHeader('x-shopwave-origin', of.origin);
    response.setHeader('x-shopwave-stale', String(of.isStale));
    if (publishedAt !== null) response.setHeader('x-shopwave-published-at', publishedAt);
    if (sourceCommittedAt !== null) response.setHeader('x-shopwave-fresh-as-of', sourceCommittedAt);
  }
  response.end(body);
}

async function settledBy(work: Promise<void>, onError: (error: unknown) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    onError(error);
  }
}
