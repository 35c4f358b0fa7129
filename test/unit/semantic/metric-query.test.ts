import { describe, expect, it } from 'vitest';
import type { CubeQuery, CubeRow } from '../../../semantic/server/cube-query.ts';
import { metricCatalog } from '../../../semantic/server/metric-catalog.ts';
import { queryMetrics } from '../../../semantic/server/metric-query.ts';
import { nearestNames } from '../../../semantic/server/nearest-names.ts';

function measure(name: string, timeDimension: string): object {
  const meta = {
    owner: 'finance',
    tier: 'certified',
    unit: 'currency',
    time_dimension: timeDimension,
    synonyms: [`the ${name}`],
    tests: ['golden'],
  };
  return { name, shortTitle: name, description: '', meta };
}

const catalog = metricCatalog({
  cubes: [
    {
      name: 'finance',
      measures: [
        measure('finance.gmv', 'event_date'),
        measure('finance.net_revenue', 'event_date'),
        { name: 'finance.scratch', shortTitle: 'Scratch' },
      ],
      dimensions: [
        { name: 'finance.event_date', type: 'time' },
        { name: 'finance.order_date', type: 'time' },
        { name: 'finance.channel', type: 'string' },
        { name: 'finance.category', type: 'string' },
      ],
    },
    {
      name: 'operations',
      measures: [
        measure('operations.orders', 'order_date'),
        measure('operations.fulfilled_orders', 'fulfilled_date'),
      ],
      dimensions: [
        { name: 'operations.order_date', type: 'time' },
        { name: 'operations.fulfilled_date', type: 'time' },
        { name: 'operations.channel', type: 'string' },
      ],
    },
  ],
});

/** Answers by view and date and keeps what was asked; the real Cube is in the integration tests. */
function recorder(answers: Record<string, CubeRow[]> = {}): {
  readonly load: (query: CubeQuery) => Promise<CubeRow[]>;
  readonly asked: CubeQuery[];
} {
  const asked: CubeQuery[] = [];
  return {
    asked,
    load: async (query) => {
      asked.push(query);
      return answers[String((query['measures'] as string[])[0])] ?? [];
    },
  };
}

describe('resolving names', () => {
  it('asks each view once for each business date', async () => {
    const { load, asked } = recorder();
    await queryMetrics(load, catalog, {
      metrics: ['gmv', 'fulfilled_orders', 'finance.net_revenue', 'orders'],
      by: ['channel'],
      grain: 'month',
    });
    expect(asked.map((query) => [query['measures'], query['dimensions'], query['timeDimensions']])).toEqual([
      [
        ['finance.gmv', 'finance.net_revenue'],
        ['finance.channel'],
        [{ dimension: 'finance.event_date', granularity: 'month' }],
      ],
      [
        ['operations.fulfilled_orders'],
        ['operations.channel'],
        [{ dimension: 'operations.fulfilled_date', granularity: 'month' }],
      ],
      [
        ['operations.orders'],
        ['operations.channel'],
        [{ dimension: 'operations.order_date', granularity: 'month' }],
      ],
    ]);
  });

  it('turns filters and days into Cube filters on the date of each metric', async () => {
    const { load, asked } = recorder();
    await queryMetrics(load, catalog, {
      metrics: ['fulfilled_orders'],
      where: ['channel=web, app', 'channel!=test'],
      from: '2026-01-01',
      to: '2026-01-31',
    });
    expect(asked[0]?.['filters']).toEqual([
      { member: 'operations.channel', operator: 'equals', values: ['web', 'app'] },
      { member: 'operations.channel', operator: 'notEquals', values: ['test'] },
      { member: 'operations.fulfilled_date', operator: 'afterOrOnDate', values: ['2026-01-01'] },
      { member: 'operations.fulfilled_date', operator: 'beforeOrOnDate', values: ['2026-01-31'] },
    ]);
  });

  it('does not take a measure without owner and date for a metric', () => {
    expect(catalog.metrics.map((metric) => metric.name)).not.toContain('scratch');
  });

  it.each([
    [{ metrics: ['gvm'] }, 'SEMANTIC_METRIC_UNKNOWN', 'Did you mean gmv?'],
    [{ metrics: ['revenue'] }, 'SEMANTIC_METRIC_UNKNOWN', 'Did you mean net_revenue?'],
    [{ metrics: ['weather'] }, 'SEMANTIC_METRIC_UNKNOWN', 'Metrics are: fulfilled_orders, gmv'],
    [{ metrics: ['gmv'], by: ['chanel'] }, 'SEMANTIC_DIMENSION_UNKNOWN', 'Did you mean channel?'],
    [
      { metrics: ['gmv', 'orders'], by: ['category'] },
      'SEMANTIC_DIMENSION_UNKNOWN',
      'Dimensions are: channel, fulfilled_date, order_date.',
    ],
    [{ metrics: ['gmv'], where: ['planet=mars'] }, 'SEMANTIC_DIMENSION_UNKNOWN', 'Dimensions are'],
    [{ metrics: ['gmv'], where: ['channel'] }, 'SEMANTIC_ARGUMENT_INVALID', 'name=value'],
    [{ metrics: ['gmv'], where: ['event_date=2026'] }, 'SEMANTIC_ARGUMENT_INVALID', 'name=value'],
    [{ metrics: ['gmv'], from: '2026-02-30' }, 'SEMANTIC_ARGUMENT_INVALID', 'YYYY-MM-DD'],
    [{ metrics: ['gmv'], from: '2026-02-02', to: '2026-02-01' }, 'SEMANTIC_ARGUMENT_INVALID', 'YYYY-MM-DD'],
    [{ metrics: [] }, 'SEMANTIC_ARGUMENT_INVALID', 'YYYY-MM-DD'],
  ])('%j is refused before anything is sent', async (query, code, remedy) => {
    const { load, asked } = recorder();
    await expect(queryMetrics(load, catalog, query)).rejects.toMatchObject({
      code,
      remedy: expect.stringContaining(remedy),
    });
    expect(asked).toEqual([]);
  });
});

describe('drilling across', () => {
  it('joins answers on what they were split by, sorted, with gaps where a metric has no row', async () => {
    const { load } = recorder({
      'finance.gmv': [
        {
          'finance.event_date.month': '2026-02-01T00:00:00.000',
          'finance.channel': 'web',
          'finance.gmv': '2.00',
        },
        {
          'finance.event_date.month': '2026-01-01T00:00:00.000',
          'finance.channel': 'web',
          'finance.gmv': '1.00',
        },
      ],
      'operations.orders': [
        {
          'operations.order_date.month': '2026-01-01T00:00:00.000',
          'operations.channel': 'web',
          'operations.orders': '7',
        },
        {
          'operations.order_date.month': '2026-01-01T00:00:00.000',
          'operations.channel': null,
          'operations.orders': '1',
        },
      ],
    });
    const query = { metrics: ['gmv', 'orders'], by: ['channel'], grain: 'month' as const };
    expect(await queryMetrics(load, catalog, query)).toEqual({
      columns: ['date', 'channel', 'gmv', 'orders'],
      rows: [
        { date: '2026-01-01', channel: 'web', gmv: '1.00', orders: '7' },
        { date: '2026-01-01', channel: null, gmv: null, orders: '1' },
        { date: '2026-02-01', channel: 'web', gmv: '2.00', orders: null },
      ],
    });
  });

  it('refuses an answer that may have been cut', async () => {
    const full = Array.from({ length: 50_000 }, () => ({ 'finance.gmv': '1.00' }));
    const { load } = recorder({ 'finance.gmv': full });
    await expect(queryMetrics(load, catalog, { metrics: ['gmv'] })).rejects.toMatchObject({
      code: 'SEMANTIC_RESULT_TOO_LARGE',
    });
  });
});

describe('nearest names', () => {
  it.each([
    ['refund', ['refunds', 'returns', 'gmv'], ['refunds']],
    ['GMV', ['gmv', 'aov'], ['gmv']],
    ['x', ['fulfilled_orders'], []],
  ])('of %s', (name, names, expected) => {
    expect(nearestNames(name, names)).toEqual(expected);
  });
});
