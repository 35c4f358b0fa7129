import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snowflakeReader } from '../../support/snowflake-reader.ts';
import { parseCheck } from '../../../transforms/engine/dialect/parse-check.ts';
import { queryCatalogue } from './query-catalogue.ts';
import type { CataloguedQuery } from './query-catalogue.ts';
import { serveSemantic, published } from './support.ts';
import type { ServedSemantic } from './support.ts';

/**
 * Functions and keywords before a parenthesis that Snowflake's reference has; `dates` is what Cube calls its list of
 * periods. What is new here is to be looked up there.
 */
const known = new Set(
  `and as by cast coalesce count date_trunc dates decimal distinct from having in join like max min mod not nullif on or
   over row_number select sum then values when where else`.split(/\s+/),
);

let served: ServedSemantic;
let catalogue: readonly CataloguedQuery[];
beforeAll(async () => {
  // Nobody answers there: whatever was sent would fail.
  const nowhere = {
    account: 'nowhere',
    accessUrl: 'http://127.0.0.1:9',
    user: 'SHOPWAVE',
    warehouse: 'SEMANTIC_WH',
    database: 'SHOPWAVE',
    auth: { kind: 'token', token: 'none' },
  } as const;
  served = await serveSemantic(await snowflakeReader(nowhere));
  catalogue = queryCatalogue(await served.semantic.catalog());
});
afterAll(() => served.stop());

interface Written {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

async function written(query: unknown): Promise<Written> {
  const { status, body } = await served.post('/cubejs-api/v1/sql', { query });
  if (status !== 200) throw new Error(JSON.stringify(body));
  const [sql, parameters] = (body['sql'] as { sql: [string, unknown[]] }).sql;
  return { sql, parameters };
}

describe('what Cube writes for Snowflake', () => {
  it('parses, uses functions that Snowflake has, and moves no date, for every kind of query', async () => {
    expect(catalogue.length).toBeGreaterThan(200);
    const wrong: string[] = [];
    for (const { what, query } of catalogue) {
      const { sql, parameters } = await written(query);
      const problem = await parseCheck(sql, 'snowflake');
      if (problem !== undefined) wrong.push(`${what}: ${problem.message}`);
      for (const [, name = ''] of sql.matchAll(/(\w+)\s*\(/g)) {
        if (!known.has(name.toLowerCase())) wrong.push(`${what}: ${name}()`);
      }
      if (/timestamp(?!_ntz)|convert_timezone|double|float/i.test(sql)) wrong.push(`${what}: ${sql}`);
      // A bind is text; one with a zone would be read as who knows what.
      const bad = parameters.filter(
        (each) => typeof each !== 'string' || /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(each),
      );
      if (bad.length > 0) wrong.push(`${what}: ${JSON.stringify(bad)}`);
      if (sql.split('?').length - 1 !== parameters.length) wrong.push(`${what}: binds do not fit`);
    }
    expect(wrong).toEqual([]);
  });

  it('a day and a period are compared as they are, in whatever zone the client asks', async () => {
    const query = {
      measures: ['operations.orders'],
      timeDimensions: [
        { dimension: 'operations.order_date', granularity: 'week', dateRange: ['2025-12-31', '2026-01-01'] },
      ],
      filters: [{ member: 'operations.orders', operator: 'gte', values: ['1.50'] }],
    };
    const expected = {
      sql: expect.stringMatching(
        new RegExp(
          [
            String.raw`date_trunc\('WEEK', "placed_orders"\.order_date\) "operations__order_date_week"`,
            String.raw`"placed_orders"\.order_date >= \?::timestamp_ntz AND "placed_orders"\.order_date <= \?::timestamp_ntz`,
            String.raw`count\("placed_orders"\.order_key\) >= cast\(\? as decimal\(3, 2\)\)`,
          ].join('[^]*'),
        ),
      ),
      parameters: ['2025-12-31T00:00:00.000', '2026-01-01T23:59:59.999', '1.50'],
    };
    for (const timezone of ['UTC', 'America/New_York', 'Asia/Tokyo']) {
      expect(await written({ ...query, timezone })).toEqual(expected);
    }
  });

  it('a pattern is escaped with a backslash, which Snowflake wants twice in a literal', async () => {
    const filters = [{ member: 'finance.channel', operator: 'contains', values: ['50%_\\'] }];
    const { sql, parameters } = await written({ measures: ['finance.gmv'], filters });
    expect(sql).toContain(String.raw`ILIKE '%' || ? || '%' ESCAPE '\\'`);
    expect(parameters).toEqual([String.raw`50\%\_\\`]);
  });
});

describe('without a query', () => {
  it('nothing is sent: not at start, not for the catalogue, not by a probe', async () => {
    expect(await served.get('/readyz')).toMatchObject({ status: 200, body: { health: 'HEALTH' } });
    expect(await served.get('/livez')).toMatchObject({ status: 200, body: { health: 'HEALTH' } });
    expect((await served.get('/cubejs-api/v1/meta')).status).toBe(200);
    await served.semantic.refresh(published(2));
    expect(served.semantic.statementsSent()).toBe(0);
  });
});
