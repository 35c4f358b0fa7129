import express from 'express';
import { z } from 'zod';
import type { ModelVisit } from '../query-watch.ts';
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
    if (visit === undefined || !parsed.success)
      throw new Error('a query without a caller, or no query at all');
    const { query, queryType, cache } = parsed.data;
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const text = typeof query === 'string' ? query : JSON.stringify(query ?? null);
    const answered = await ask({ text, queryType, cacheMode: cache }, { ...visit, signal: gone.signal });
    if (gone.signal.aborted) return;
    send(response, answered);
  };
  const router = express.Router();
  const route: express.RequestHandler = (request, response, next) =>
    void settledBy(answer(request, response), next);
  router.get('/v1/load', route);
  router.post('/v1/load', express.json({ limit: largestRequest }), route);
  return router;
}

function send(response: express.Response, { status, body, of }: Answer): void {
  const told = status >= 400 ? statusOf(status, body) : status;
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

function statusOf(status: number, body: Buffer): number {
  return statuses.find(([code]) => body.includes(`"${code}:`))?.[1] ?? status;
}

async function settledBy(work: Promise<void>, next: express.NextFunction): Promise<void> {
  try {
    await work;
  } catch (error) {
    next(error);
  }
}
