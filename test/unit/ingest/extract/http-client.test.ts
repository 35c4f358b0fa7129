import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createRateBudget } from '../../../../ingest/extract/budget.ts';
import { createHttpClient } from '../../../../ingest/extract/http-client.ts';
import type { ApiProfile } from '../../../../ingest/extract/api-profile.ts';
import type { HttpClientOptions } from '../../../../ingest/extract/http-client.ts';
import type { SecretProvider } from '../../../../ingest/extract/secrets.ts';
import { describeError } from '../../../../lib/errors.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { fakeClock } from './fake-clock.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that answers the n-th request with the n-th answer, and the rest with the last. */
async function serve(...answers: readonly Answer[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    (answers[asked.length - 1] ?? answers.at(-1))?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, asked };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'x-request-id': 'req_1', ...headers }).end(JSON.stringify(body));
const ok = json(200, { rows: [1] });
const html: Answer = (response) => void response.writeHead(200).end('<html>down for maintenance</html>');
const reset: Answer = (response) => void response.socket?.resetAndDestroy();
const silent: Answer = () => {};
const cut: Answer = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"rows":[');
  setImmediate(() => response.socket?.destroy());
};
const half: Answer = (response) => void response.writeHead(200).end('{"rows":[');

function client(
  url: string,
  options: Partial<HttpClientOptions> & { api?: never } = {},
  profile: Partial<ApiProfile> = {},
) {
  const clock = fakeClock();
  const api: ApiProfile = {
    source: 'things',
    baseUrl: url,
    secretNames: ['THINGS_KEY'],
    authorize: ([key = '']) => ({ authorization: `Bearer ${key}` }),
    headers: { 'things-version': '7' },
    requestIdHeader: 'x-request-id',
    ...profile,
  };
  const made = createHttpClient({
    api,
    budget: createRateBudget({ perSecond: 1000, burst: 1000 }, clock),
    secrets: { read: async () => 'key-one' },
    clock,
    logger: silentLogger,
    timeoutMs: 500,
    random: () => 1,
    ...options,
  });
  return { ...made, clock };
}

const request = { method: 'GET', path: '/list?email=someone%40example.org', purpose: 'list things' } as const;
const { signal } = new AbortController();

describe('a request', () => {
  test('brings the parsed body, its hash and the ids, and sends credentials and version', async () => {
    const { url, asked } = await serve(ok);
    const reply = await client(url).request(request, signal);
    expect(reply).toMatchObject({ status: 200, body: { rows: [1] }, requestId: 'req_1', requests: 1 });
    expect(reply.sha256).toBe(createHash('sha256').update('{"rows":[1]}').digest('hex'));
    expect(asked[0]?.url).toBe('/api/list?email=someone%40example.org');
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer key-one', 'things-version': '7' });
  });

  test.each<[string, Answer, number[]]>([
    ['429 with Retry-After', json(429, {}, { 'retry-after': '7' }), [7000]],
    ['429 without it', json(429, {}), [1000]],
    ['500', json(500, {}), [500]],
    ['503 with a page', (response) => void response.writeHead(503).end('<html>'), [500]],
    ['409', json(409, {}), [500]],
    ['a reset connection', reset, [500]],
    ['silence', silent, [500]],
    ['a body that is cut off', cut, [250]],
    ['half a body that says it is whole', half, [500]],
    ['200 with a page for people', html, [500]],
  ])('is sent again after %s', async (_, answer, waits) => {
    const { url, asked } = await serve(answer, ok);
    const { request: send, clock } = client(url);
    expect(await send(request, signal)).toMatchObject({ body: { rows: [1] }, requests: 2 });
    expect(asked).toHaveLength(2);
    expect(clock.waits).toEqual(waits);
  });

  test.each<[string, Answer, string, number]>([
    ['429', json(429, {}), 'EXTRACT_RATE_LIMITED', 8],
    ['500', json(500, {}), 'EXTRACT_SERVER_ERROR', 5],
    ['a reset connection', reset, 'EXTRACT_UNREACHABLE', 5],
    ['silence', silent, 'EXTRACT_TIMEOUT', 3],
    ['a body that is cut off', cut, 'EXTRACT_TRUNCATED', 4],
    ['a page for people', html, 'EXTRACT_NOT_JSON', 4],
    ['401', json(401, {}), 'EXTRACT_UNAUTHORIZED', 2],
    ['403', json(403, {}), 'EXTRACT_FORBIDDEN', 1],
    ['404', json(404, {}), 'EXTRACT_NOT_FOUND', 1],
    ['400', json(400, {}), 'EXTRACT_REQUEST_REFUSED', 1],
    ['a redirect', json(302, {}, { location: 'https://elsewhere.example' }), 'EXTRACT_REQUEST_REFUSED', 1],
  ])('fails in the end when all it gets is %s', async (_, answer, code, attempts) => {
    const { url, asked } = await serve(answer);
    const { request: send } = client(url, { timeoutMs: code === 'EXTRACT_TIMEOUT' ? 100 : 30_000 });
    await expect(send(request, signal)).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(attempts);
  });

  test('takes no more than the cap', async () => {
    const { url } = await serve(json(200, { rows: 'x'.repeat(5000) }));
    const { request: send } = client(url, { maxBodyBytes: 4096 });
    await expect(send(request, signal)).rejects.toMatchObject({ code: 'EXTRACT_TOO_LARGE' });
  });

  test('ends at its deadline, however patient the table is', async () => {
    const { url, asked } = await serve(json(429, {}, { 'retry-after': '40' }));
    const { request: send } = client(url, { deadlineMs: 100_000 });
    await expect(send(request, signal)).rejects.toMatchObject({ code: 'EXTRACT_TIMEOUT' });
    expect(asked).toHaveLength(3);
  });

  test('ends when it is stopped', async () => {
    const { url } = await serve(silent);
    const stop = new AbortController();
    const sent = client(url, { timeoutMs: 60_000 }).request(request, stop.signal);
    setImmediate(() => stop.abort());
    await expect(sent).rejects.toMatchObject({ code: 'EXTRACT_ABORTED' });
  });

  test('a status that answers the question is no failure', async () => {
    const { url } = await serve(json(404, { error: 'no such thing' }));
    expect(await client(url).request({ ...request, accept: [404] }, signal)).toMatchObject({ status: 404 });
  });

  test('an API’s own verdict on a 200 decides', async () => {
    const { url } = await serve(json(200, { errors: ['THROTTLED'] }), ok);
    const judge: ApiProfile['judge'] = (_, body) =>
      JSON.stringify(body).includes('THROTTLED') ? { outcome: 'rate_limited', waitMs: 1234 } : undefined;
    const { request: send, clock } = client(url, {}, { judge });
    expect(await send(request, signal)).toMatchObject({ requests: 2 });
    expect(clock.waits).toEqual([1234]);
  });
});

describe('credentials', () => {
  const rotating = (...keys: readonly string[]): SecretProvider & { readonly reads: () => number } => {
    let reads = 0;
    return { read: async () => keys[Math.min(reads++, keys.length - 1)], reads: () => reads };
  };
  const onlyNew: Answer = (response, incoming) =>
    (incoming.headers.authorization === 'Bearer new' ? ok : json(401, {}))(response, incoming);

  test('that were rotated are read again, once for all requests under way', async () => {
    const { url, asked } = await serve(onlyNew);
    const secrets = rotating('old', 'new');
    const { request: send } = client(url, { secrets });
    await Promise.all([send(request, signal), send(request, signal), send(request, signal)]);
    expect(secrets.reads()).toBeLessThanOrEqual(4);
    expect(await send(request, signal)).toMatchObject({ requests: 1 });
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer new');
  });

  test('that are missing are named', async () => {
    const { url, asked } = await serve(ok);
    const { request: send } = client(url, { secrets: { read: async () => undefined } });
    await expect(send(request, signal)).rejects.toMatchObject({
      code: 'EXTRACT_SECRET_MISSING',
      where: 'THINGS_KEY',
    });
    expect(asked).toHaveLength(0);
  });
});

test('no error and no log line tells a key, a query, a body or what the API wrote', async () => {
  const lines: string[] = [];
  const note = (message: string, fields?: object): void => void lines.push(JSON.stringify([message, fields]));
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  const secret = '4242424242424242 someone@example.org key-one';
  for (const status of [400, 401, 403, 404, 429, 500]) {
    const { url } = await serve(json(status, { error: { message: secret } }, { 'x-note': secret }));
    const { request: send } = client(url, { logger });
    const error: unknown = await send({ ...request, body: { secret }, method: 'POST' }, signal).catch(
      (thrown: unknown) => thrown,
    );
    const cause = error instanceof Error ? error.cause : undefined;
    expect(error).toMatchObject({ code: expect.not.stringMatching('UNREACHABLE') as unknown });
    lines.push(describeError(error), String(cause));
  }
  expect(lines.length).toBeGreaterThan(12);
  expect(lines.join('\n')).not.toMatch(/4242|example\.org|key-one/);
});
