import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import type { Page, SaasApi } from '../../../../simulator/saas/api.ts';
import { basicCredentials, bearerToken, isSameSecret } from '../../../../simulator/saas/auth.ts';
import type { Fault, FaultKind } from '../../../../simulator/saas/fault.ts';
import { startSaasHost } from '../../../../simulator/saas/host.ts';
import type { SaasHost } from '../../../../simulator/saas/host.ts';
import { isObject } from '../../../../simulator/saas/json.ts';
import type { JsonObject, JsonValue } from '../../../../simulator/saas/json.ts';

/** Stands still until it is moved. */
function stillClock(): Clock & { move: (ms: number) => void } {
  let at = Date.UTC(2026, 0, 1);
  return {
    now: () => new Date(at),
    monotonicMs: () => at,
    sleep: () => Promise.resolve(),
    move: (ms) => void (at += ms),
  };
}

const all = Array.from({ length: 9 }, (_, index): JsonObject => ({
  id: `o${index}`,
  name: 'x',
  deep: { n: 1 },
}));

function pageOf(json: JsonValue): Page | undefined {
  if (!isObject(json) || !Array.isArray(json['rows'])) return undefined;
  const rows = json['rows'] as readonly JsonObject[];
  return {
    rows,
    replace: (next, more) => ({ ...json, rows: next, ...(more === undefined ? {} : { more }) }),
  };
}

/** Three pages of three objects; `after` names the last one of the page before. */
const shelf: SaasApi = {
  name: 'shelf',
  limits: [
    { name: 'all', perSecond: 2, burst: 4 },
    { name: 'slow', perSecond: 0.1, burst: 1, appliesTo: ({ path }) => path === '/v1/slow' },
  ],
  streamOf: ({ path }) => path.split('/')[2] ?? '',
  authorise: (request) => (isSameSecret(bearerToken(request), 'key') ? undefined : 'unauthorised'),
  handle: ({ path, query, baseUrl, body }) => {
    if (path === '/v1/broken') return Promise.reject(new Error('no'));
    if (path === '/v1/text') return Promise.resolve({ status: 200, text: `${baseUrl}:${body}` });
    const start = all.findIndex(({ id }) => id === query.get('after')) + 1;
    return Promise.resolve({
      status: 200,
      headers: { 'x-page': String(start) },
      json: { rows: all.slice(start, start + 3), more: start + 3 < all.length },
    });
  },
  refuse: ({ kind, retryAfterSeconds = 0, limit = '-' }) => ({
    status: {
      'rate-limited': 429,
      'server-error': 500,
      unavailable: 503,
      unauthorised: 401,
      forbidden: 403,
      'cursor-gone': 400,
    }[kind],
    headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)), 'x-limit': limit },
    json: { error: kind },
  }),
  pageOf,
  cursorNames: ({ query }, id) => query.get('after') === id,
};

let host: SaasHost | undefined;
afterEach(() => host?.stop());

async function start(clock: Clock = stillClock(), limits: SaasApi['limits'] = []): Promise<SaasHost> {
  host = await startSaasHost({ apis: [{ ...shelf, limits }], clock, logger: silentLogger });
  return host;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly rows: readonly JsonObject[];
  readonly ids: readonly unknown[];
  readonly more: unknown;
  readonly text: string;
}

async function get(path = '/v1/things', init: RequestInit = {}): Promise<Reply> {
  const headers = { authorization: 'Bearer key' };
  const response = await fetch(`${host?.url('shelf')}${path}`, { headers, ...init });
  const text = await response.text();
  const json: unknown = text.startsWith('{') && text.endsWith('}') ? JSON.parse(text) : {};
  const { rows = [], more } = json as { rows?: JsonObject[]; more?: boolean };
  return {
    status: response.status,
    headers: response.headers,
    rows,
    ids: rows.map(({ id }) => id),
    more,
    text,
  };
}

test('mounts an API with its path, query, headers and body, and checks its credentials', async () => {
  await start();
  expect(await get('/v1/things?after=o2')).toMatchObject({
    status: 200,
    ids: ['o3', 'o4', 'o5'],
    more: true,
  });
  expect((await get('/v1/things?after=o2')).headers.get('x-page')).toBe('3');
  const basic = `Basic ${Buffer.from('key:').toString('base64')}`;
  const said = await get('/v1/text', { method: 'POST', body: 'ü', headers: { authorization: basic } });
  expect(said.text).toBe(`${host?.url('shelf')}:ü`);
  expect((await get('/v1/things', { headers: {} })).status).toBe(401);
  expect((await get('/v1/broken')).status).toBe(500);
  expect((await fetch(`${host?.url('shelf')}`.replace('shelf', 'nothing'))).status).toBe(404);
  expect(() => host?.url('nothing')).toThrow(expect.objectContaining({ code: 'SAAS_API_UNKNOWN' }));
  expect(basicCredentials('Basic Og==')).toEqual({ user: '', password: '' });
  expect(basicCredentials('Bearer x')).toBeUndefined();
});

test('says so when its port is taken', async () => {
  const { url } = await start();
  const port = Number(new URL(url('shelf')).port);
  await expect(
    startSaasHost({ apis: [], clock: stillClock(), logger: silentLogger, port }),
  ).rejects.toMatchObject({ code: 'SAAS_PORT_TAKEN', where: `127.0.0.1:${port}` });
});

test('counts what it was asked', async () => {
  const { stats, resetStats } = await start();
  await get();
  await get('/v1/broken');
  const { requests, byStream, byOutcome, recent } = stats('shelf');
  expect({ requests, byStream, byOutcome }).toEqual({
    requests: 2,
    byStream: { things: 1, broken: 1 },
    byOutcome: { 200: 1, 500: 1 },
  });
  expect(recent.map(({ path }) => path)).toEqual(['/v1/things', '/v1/broken']);
  resetStats('shelf');
  expect(stats('shelf').requests).toBe(0);
});

test('limits the rate by tokens that come back with time, for all requests and for some', async () => {
  const clock = stillClock();
  await start(clock, shelf.limits);
  const statuses: number[] = [];
  for (let turn = 0; turn < 6; turn += 1) statuses.push((await get()).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  const refused = await get();
  expect([refused.headers.get('retry-after'), refused.headers.get('x-limit')]).toEqual(['1', 'all']);
  clock.move(1000);
  expect([(await get()).status, (await get('/v1/slow')).status, (await get()).status]).toEqual([
    200, 200, 429,
  ]);
  clock.move(2000);
  const slow = await get('/v1/slow');
  expect([slow.status, slow.headers.get('retry-after'), slow.headers.get('x-limit')]).toEqual([
    429,
    '8',
    'slow',
  ]);
});

test.each([
  ['rate-limited', 429],
  ['server-error', 500],
  ['unavailable', 503],
  ['unauthorised', 401],
  ['forbidden', 403],
] as const)('%s: answers %i so many times, after so many requests, for one stream', async (kind, status) => {
  const { faults } = await start();
  faults('shelf').add({ kind, stream: 'things', after: 1, times: 2 });
  const statuses: number[] = [];
  for (const path of ['things', 'others', 'things', 'things', 'things']) {
    statuses.push((await get(`/v1/${path}`)).status);
  }
  expect(statuses).toEqual([200, 200, status, status, 200]);
});

test('breaks connections: a reset, no answer at all, half a body', async () => {
  const { faults, stats } = await start();
  const board = faults('shelf');
  board.add({ kind: 'reset', times: 1 });
  await expect(get()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  board.add({ kind: 'timeout', times: 1 });
  await expect(get('/v1/things', { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  board.add({ kind: 'truncated', times: 1 });
  await expect(get()).rejects.toThrow();
  board.add({ kind: 'truncated', whole: true, times: 1 });
  const { status, text } = await get();
  expect(status).toBe(200);
  expect(() => void JSON.parse(text)).toThrow(SyntaxError);
  board.add({ kind: 'html', times: 1 });
  expect(await get()).toMatchObject({ status: 200, text: expect.stringMatching(/^<!doctype html>/) });
  expect(stats('shelf').byOutcome).toEqual({ reset: 1, timeout: 1, 200: 3 });
  expect((await get()).status).toBe(200);
});

test('an outage lasts until its time, and stopping ends a request that hangs', async () => {
  const clock = stillClock();
  const { faults, stop } = await start(clock);
  faults('shelf').outage(new Date(clock.now().getTime() + 60_000));
  await expect(get()).rejects.toThrow();
  clock.move(59_999);
  await expect(get()).rejects.toThrow();
  clock.move(1);
  expect((await get()).status).toBe(200);
  faults('shelf').add({ kind: 'timeout' });
  const hanging = expect(get()).rejects.toThrow();
  await expect.poll(() => host?.stats('shelf').byOutcome['timeout']).toBe(1);
  await stop();
  await hanging;
});

const edits: readonly (readonly [Fault, JsonObject])[] = [
  [
    { kind: 'wrong-type', field: 'deep.n', value: 'one' },
    { id: 'o0', name: 'x', deep: { n: 'one' } },
  ],
  [
    { kind: 'unknown-field', field: 'extra', value: 1 },
    { id: 'o0', name: 'x', deep: { n: 1 }, extra: 1 },
  ],
  [
    { kind: 'unseen-value', field: 'name', value: 'y' },
    { id: 'o0', name: 'y', deep: { n: 1 } },
  ],
  [
    { kind: 'vanished-field', field: 'deep.n' },
    { id: 'o0', name: 'x', deep: {} },
  ],
];

test.each(edits)('changes rows on their way out: %o', async (fault, first) => {
  const { faults } = await start();
  const off = faults('shelf').add(fault);
  expect((await get()).rows).toEqual([first, ...all.slice(1, 3)]);
  off();
  faults('shelf').add({ ...fault, everyRow: true } as Fault);
  expect((await get()).rows.map((row) => ({ ...row, id: 'o0' }))).toEqual([first, first, first]);
});

test('breaks paging: nothing and more, one page for ever, rows twice, rows deleted', async () => {
  const { faults } = await start();
  const board = faults('shelf');
  board.add({ kind: 'empty-page', times: 1 });
  expect(await get()).toMatchObject({ rows: [], more: true });
  board.add({ kind: 'repeated-page', times: 2 });
  expect(await get('/v1/things?after=o2')).toMatchObject({ ids: ['o3', 'o4', 'o5'], more: true });
  expect(await get('/v1/things?after=o5')).toMatchObject({ ids: ['o3', 'o4', 'o5'], more: true });
  expect(await get('/v1/things')).toMatchObject({ ids: ['o0', 'o1', 'o2'], more: true });
  board.add({ kind: 'duplicate-rows' });
  expect((await get('/v1/things?after=o2')).ids).toEqual(['o2', 'o3', 'o4', 'o5']);
  board.clear();
  await get();
  board.add({ kind: 'deleted-rows', times: 1 });
  expect(await get('/v1/things?after=o2')).toMatchObject({ status: 400, text: '{"error":"cursor-gone"}' });
  expect((await get()).ids).toEqual(['o0', 'o1']);
  board.clear();
  expect((await get()).ids).toEqual(['o0', 'o1', 'o2']);
});

test('shows some rows late', async () => {
  const clock = stillClock();
  const { faults } = await start(clock);
  const visibleAt = new Date(clock.now().getTime() + 1000);
  faults('shelf').add({ kind: 'late-rows', ids: ['o1'], visibleAt });
  expect((await get()).ids).toEqual(['o0', 'o2']);
  faults('shelf').add({ kind: 'late-rows', oneIn: 1, visibleAt });
  expect((await get()).ids).toEqual([]);
  clock.move(1000);
  expect((await get()).ids).toEqual(['o0', 'o1', 'o2']);
});

test('the same seed gives the same faults', async () => {
  const kinds: readonly FaultKind[] = [{ kind: 'server-error' }, { kind: 'unavailable' }];
  const run = async (seed: number): Promise<readonly number[]> => {
    await host?.stop();
    const { faults } = await start();
    faults('shelf').seeded({ seed, oneIn: 3, kinds });
    const statuses: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) statuses.push((await get()).status);
    return statuses;
  };
  const first = await run(1);
  expect(new Set(first)).toEqual(new Set([200, 500, 503]));
  expect(await run(1)).toEqual(first);
  expect(await run(2)).not.toEqual(first);
});
