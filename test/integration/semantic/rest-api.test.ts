import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSemantic } from './support.ts';
import type { SemanticFixture } from './support.ts';

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic();
});
afterAll(() => shop.stop());

const byChannel = {
  measures: ['finance.gmv'],
  dimensions: ['finance.channel'],
  order: { 'finance.gmv': 'desc' },
};

const noRows = [{ member: 'finance.channel', operator: 'equals', values: ['fax'] }];

function loadPath(query: unknown, extra = ''): string {
  return `/cubejs-api/v1/load?query=${encodeURIComponent(JSON.stringify(query))}${extra}`;
}

describe('/load', () => {
  it('answers GET with rows, annotations and the query as it was understood', async () => {
    const { status, body } = await shop.get(loadPath(byChannel));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: [
        { 'finance.channel': 'web', 'finance.gmv': '201.10' },
        { 'finance.channel': 'app', 'finance.gmv': '100.10' },
      ],
      annotation: {
        measures: {
          'finance.gmv': {
            format: 'currency',
            meta: { owner: 'finance', tier: 'certified', unit: 'currency', time_dimension: 'event_date' },
          },
        },
      },
      query: { timezone: 'UTC' },
      dbType: 'duckdb',
      slowQuery: false,
    });
  });

  it('answers POST', async () => {
    const { body } = await shop.post('/cubejs-api/v1/load', { query: { measures: ['operations.orders'] } });
    expect(body['data']).toEqual([{ 'operations.orders': '4' }]);
  });

  it('compact', async () => {
    const { body } = await shop.post('/cubejs-api/v1/load', {
      query: { ...byChannel, responseFormat: 'compact' },
    });
    expect(body['data']).toEqual({
      members: ['finance.channel', 'finance.gmv'],
      dataset: [
        ['web', '201.10'],
        ['app', '100.10'],
      ],
    });
  });

  it('columnar', async () => {
    const { body } = await shop.post('/cubejs-api/v1/load', {
      query: { ...byChannel, responseFormat: 'columnar' },
    });
    expect(body['data']).toEqual({
      members: ['finance.channel', 'finance.gmv'],
      columns: [
        ['web', 'app'],
        ['201.10', '100.10'],
      ],
    });
  });

  it('total, limit, offset and a filter on a metric', async () => {
    const paged = { ...byChannel, limit: 1, offset: 1, total: true };
    const page = await shop.post('/cubejs-api/v1/load', { query: paged });
    expect(page.body).toMatchObject({ total: 2, data: [{ 'finance.channel': 'app' }] });
    const filters = [{ member: 'finance.gmv', operator: 'gt', values: ['100.10'] }];
    const large = await shop.post('/cubejs-api/v1/load', { query: { ...byChannel, filters } });
    expect(large.body['data']).toEqual([{ 'finance.channel': 'web', 'finance.gmv': '201.10' }]);
  });

  it('two date ranges compared', async () => {
    const query = {
      measures: ['finance.gmv'],
      timeDimensions: [
        {
          dimension: 'finance.event_date',
          compareDateRange: [
            ['2026-01-01', '2026-01-31'],
            ['2026-02-01', '2026-02-28'],
          ],
        },
      ],
    };
    const { body } = await shop.get(loadPath(query, '&queryType=multi'));
    const results = body['results'] as { data: unknown[] }[];
    expect(results.map((result) => result.data)).toEqual([
      [{ 'finance.gmv': '220.40', compareDateRange: '2026-01-01T00:00:00.000 - 2026-01-31T23:59:59.999' }],
      [{ 'finance.gmv': '80.80', compareDateRange: '2026-02-01T00:00:00.000 - 2026-02-28T23:59:59.999' }],
    ]);
    expect(body['queryType']).toBe('compareDateRangeQuery');
  });

  it('two views blended by day', async () => {
    const day = (dimension: string): object => ({
      dimension,
      granularity: 'day',
      dateRange: ['2026-01-31', '2026-01-31'],
    });
    const query = [
      { measures: ['finance.gmv'], timeDimensions: [day('finance.event_date')] },
      { measures: ['operations.orders'], timeDimensions: [day('operations.order_date')] },
    ];
    const { body } = await shop.get(loadPath(query, '&queryType=multi'));
    expect(body['results']).toMatchObject([
      { data: [{ 'time.day': '2026-01-31T00:00:00.000', 'finance.gmv': '100.10' }] },
      { data: [{ 'time.day': '2026-01-31T00:00:00.000', 'operations.orders': '1' }] },
    ]);
  });

  it.each([
    [{ measures: ['finance.nope'] }, /^SEMANTIC_MEMBER_UNKNOWN: there is no member "finance\.nope"/],
    [{ measures: ['nope.gmv'] }, /nope/],
    [{ measures: ['order_events.sale_minor'] }, /order_events\.sale_minor/],
    [
      { measures: ['order_events_over_time.sale_minor'], filters: noRows },
      /order_events_over_time\.sale_minor/,
    ],
    [{ dimensions: ['customers.customer_key'] }, /customers\.customer_key/],
    [{}, /Query should contain/],
    [
      { measures: ['finance.gmv'], order: { 'placed_orders.order_key': 'asc' } },
      /"placed_orders\.order_key"/,
    ],
    [
      { measures: ['finance.gmv'], subqueryJoins: [{ sql: 'select 1', on: 'x', alias: 'a' }] },
      /subqueryJoins/,
    ],
    [{ measures: [{ expression: ['return `1`'], cubeName: 'finance', name: 'x' }] }, /names of members/],
  ])('refuses %j as the client’s mistake', async (query, message) => {
    const { status, body } = await shop.post('/cubejs-api/v1/load', { query });
    expect(status).toBe(400);
    expect(body['error']).toMatch(message);
  });
});

describe('what is no query', () => {
  const send = async (init: RequestInit, query = ''): Promise<{ status: number; error: string }> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${shop.url}/cubejs-api/v1/load${query}`, { headers, ...init });
    const { error = '' } = (await response.json()) as { error?: string };
    return { status: response.status, error };
  };
  const nested = (depth: number): string =>
    `{"query":{"measures":["finance.gmv"],"filters":[${'{"or":['.repeat(depth)}{"member":"finance.channel","operator":"set"}${']}'.repeat(depth)}]}}`;

  it.each([
    ['no body', 400, { method: 'POST' }, /no `query`/],
    ['a query that is not named', 400, {}, /no `query`/],
    ['a list', 400, { method: 'POST', body: '[1]' }, /no `query`/],
    ['half a body', 400, { method: 'POST', body: '{"query":' }, /cannot be read/],
    ['too much', 413, { method: 'POST', body: `{"query":"${'x'.repeat(2_000_000)}"}` }, /too large/],
    ['filters in filters', 400, { method: 'POST', body: nested(3_000) }, /nested too deep/],
    ['filters in filters without end', 400, { method: 'POST', body: nested(60_000) }, /nested too deep/],
    [
      'more rows than there can be',
      400,
      { method: 'POST', body: '{"query":{"measures":["finance.gmv"],"limit":50000000}}' },
      /at most 50000 rows/,
    ],
  ])('%s is refused with %i', async (_what, status, init, error) => {
    expect(await send(init)).toEqual({ status, error: expect.stringMatching(error) });
    expect((await send(init)).error).toMatch(/^SEMANTIC_QUERY_REJECTED: /);
  });
});

describe('SQL in place of', () => {
  const hostile = [
    "' or 1=1 --",
    "'; drop table marts.fct_order_events; --",
    "\\' or true --",
    '") or 1=1 --',
    '$1',
    '?',
  ];
  const load = async (query: object): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> =>
    shop.post('/cubejs-api/v1/load', { query });

  it.each(['equals', 'contains', 'startsWith', 'endsWith'])('a value is a value (%s)', async (operator) => {
    for (const text of hostile) {
      const filters = [{ member: 'finance.channel', operator, values: [text] }];
      const { status, body } = await load({ dimensions: ['finance.channel'], filters });
      expect([text, status, body['data']]).toEqual([text, 200, []]);
    }
  });

  it.each(['notEquals', 'notContains'])('a value is a value (%s)', async (operator) => {
    for (const text of hostile) {
      const filters = [{ member: 'finance.channel', operator, values: [text] }];
      const { body } = await load({
        dimensions: ['finance.channel'],
        filters,
        order: { 'finance.channel': 'asc' },
      });
      expect(body['data']).toEqual([{ 'finance.channel': 'app' }, { 'finance.channel': 'web' }]);
    }
  });

  it('a name, a granularity, an order, a date or a number is refused', async () => {
    const before = shop.semantic.statementsSent();
    const date = { dimension: 'finance.event_date' };
    for (const text of hostile) {
      const queries = [
        { measures: [`finance.gmv${text}`] },
        { measures: ['finance.gmv'], dimensions: [text] },
        { measures: ['finance.gmv'], segments: [`finance.${text}`] },
        { measures: ['finance.gmv'], order: { [`finance.gmv ${text}`]: 'asc' } },
        { measures: ['finance.gmv'], order: [['finance.gmv', text]] },
        { measures: ['finance.gmv'], filters: [{ member: text, operator: 'set' }] },
        {
          measures: ['finance.gmv'],
          filters: [{ member: 'finance.channel', operator: text, values: ['web'] }],
        },
        { measures: ['finance.gmv'], timeDimensions: [{ ...date, granularity: text }] },
        { measures: ['finance.gmv'], timeDimensions: [{ ...date, dateRange: text }] },
        { measures: ['finance.gmv'], timezone: text },
        { measures: ['finance.gmv'], limit: text },
        { measures: ['finance.gmv'], offset: text },
      ];
      for (const query of queries) expect([query, (await load(query)).status]).toEqual([query, 400]);
    }
    expect(shop.semantic.statementsSent()).toBe(before);
    expect((await load(byChannel)).body['data']).toHaveLength(2);
  });
});

describe('/meta', () => {
  it('shows the views and nothing private', async () => {
    const { status, body } = await shop.get('/cubejs-api/v1/meta');
    expect(status).toBe(200);
    const cubes = body['cubes'] as { name: string; measures: { name: string; meta?: object }[] }[];
    expect(cubes.map((cube) => cube.name).sort()).toEqual([
      'bank',
      'cash',
      'customer_base',
      'finance',
      'gift_card_debt',
      'marketplace',
      'operations',
      'order_backlog',
      'shipping_performance',
      'support',
      'ticket_backlog',
    ]);
    const measures = cubes.flatMap((cube) => cube.measures);
    expect(measures.filter((measure) => measure.meta === undefined)).toEqual([]);
    expect(measures.map((measure) => measure.name)).not.toContainEqual(expect.stringMatching(/_minor$/));
  });
});

describe('/sql', () => {
  it('shows the statement', async () => {
    const { status, body } = await shop.post('/cubejs-api/v1/sql', { query: byChannel });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('marts.fct_order_events where not is_test');
  });
});

describe('probes', () => {
  it.each(['/readyz', '/livez'])('%s is well, and asks the warehouse nothing', async (probe) => {
    const before = shop.semantic.statementsSent();
    expect(await shop.get(probe)).toMatchObject({ status: 200, body: { health: 'HEALTH' } });
    expect(shop.semantic.statementsSent()).toBe(before);
  });
});

describe('the SQL API', () => {
  it.each(['/cubejs-api/v1/cubesql', '/cubejs-api/v1/convert-query'])(
    '%s says that it is not there',
    async (path) => {
      const { status, body } = await shop.post(path, { query: 'select 1' });
      expect(status).toBe(501);
      expect(body['error']).toMatch(/^SEMANTIC_NATIVE_MISSING: /);
    },
  );
});

describe('what Cube has for its own tools', () => {
  it.each([
    ['POST', '/cubejs-api/v1/graphql-to-json'],
    ['POST', '/cubejs-api/v1/GraphQL-to-JSON/'],
    ['POST', '/cubejs-api/v1/pre-aggregations/can-use'],
    ['POST', '/cubejs-api/v1/pre-aggregations/jobs'],
    ['DELETE', '/cubejs-api/v1/running-query/x'],
    ['GET', '/cubejs-api/graphql/x'],
    ['GET', '/cubejs-api/v2/load'],
    ['GET', '/cubejs-api'],
    ['GET', '/cubejs-system/v1/context'],
  ])('%s %s is not there', async (method, path) => {
    const { status } = await fetch(`${shop.url}${path}`, { method });
    expect(status).toBe(404);
  });
});
