import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSemantic } from './support.ts';
import type { SemanticFixture } from './support.ts';

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic();
});
afterAll(() => shop.stop());

describe('every metric', () => {
  it('is governed', async () => {
    const { metrics } = await shop.semantic.catalog();
    expect(metrics.length).toBeGreaterThan(70);
    for (const metric of metrics) {
      expect(metric.description.length, metric.name).toBeGreaterThan(30);
      expect(metric.owner, metric.name).toMatch(/^(finance|operations|support)$/);
      expect(['certified', 'experimental'], metric.name).toContain(metric.tier);
      expect(metric.drillMembers.length, metric.name).toBeGreaterThan(0);
    }
  });

  it('is reported by a date that its view has', async () => {
    const { metrics, dimensions } = await shop.semantic.catalog();
    for (const metric of metrics) {
      const date = dimensions.find((each) => each.member === `${metric.view}.${metric.timeDimension}`);
      expect(date?.type, metric.name).toBe('time');
    }
  });

  it('fits together: gmv - cancellations - discounts - returns = net revenue', async () => {
    const names = ['gmv', 'cancellations', 'discounts', 'returns', 'net_revenue'];
    const { rows } = await shop.semantic.queryMetrics({ metrics: names, grain: 'day' });
    const cents = (text: string | null | undefined): bigint => BigInt(String(text).replace('.', ''));
    expect(rows).toHaveLength(5);
    for (const row of rows) {
      const [gmv, ...less] = names.map((name) => cents(row[name]));
      const netRevenue = less.pop();
      expect(
        less.reduce((rest, each) => rest - each, gmv ?? 0n),
        String(row['date']),
      ).toBe(netRevenue);
    }
  });
});

describe('time', () => {
  it('a sale stays on its day, a refund or cancellation is posted on the day it happened', async () => {
    const metrics = ['gmv', 'net_revenue', 'refunds', 'cancellations'];
    const { rows } = await shop.semantic.queryMetrics({ metrics, grain: 'day' });
    expect(rows).toEqual([
      { date: '2026-01-30', gmv: '120.30', net_revenue: '110.30', refunds: '0.00', cancellations: '0.00' },
      { date: '2026-01-31', gmv: '100.10', net_revenue: '0.00', refunds: '0.00', cancellations: '100.10' },
      { date: '2026-02-01', gmv: '80.80', net_revenue: '78.78', refunds: '0.00', cancellations: '0.00' },
      { date: '2026-02-02', gmv: '0.00', net_revenue: '-63.23', refunds: '54.06', cancellations: '20.20' },
      { date: '2026-02-03', gmv: '0.00', net_revenue: '0.00', refunds: '1.11', cancellations: '0.00' },
    ]);
  });

  it('each metric has its own date: orders by order day, fulfilled orders by the day of the last shipment', async () => {
    const query = { metrics: ['gmv', 'orders', 'fulfilled_orders'], grain: 'month' as const };
    const { rows } = await shop.semantic.queryMetrics(query);
    expect(rows).toEqual([
      { date: '2026-01-01', gmv: '220.40', orders: '2', fulfilled_orders: null },
      { date: '2026-02-01', gmv: '80.80', orders: '2', fulfilled_orders: '1' },
    ]);
  });

  it('first and last day are both included', async () => {
    const period = { from: '2026-01-31', to: '2026-02-01' };
    const { rows } = await shop.semantic.queryMetrics({ metrics: ['gmv', 'fulfilled_orders'], ...period });
    expect(rows).toEqual([{ gmv: '180.90', fulfilled_orders: '1' }]);
  });

  it('a time zone does not move a business date', async () => {
    const query = {
      measures: ['finance.gmv'],
      timeDimensions: [
        {
          dimension: 'finance.event_date',
          granularity: 'day',
          dateRange: ['2026-01-31', '2026-01-31'],
        },
      ],
    };
    const here = await shop.semantic.load(query);
    expect(here).toEqual([
      {
        'finance.event_date.day': '2026-01-31T00:00:00.000',
        'finance.event_date': '2026-01-31T00:00:00.000',
        'finance.gmv': '100.10',
      },
    ]);
    expect(await shop.semantic.load({ ...query, timezone: 'America/New_York' })).toEqual(here);
    expect(await shop.semantic.load({ ...query, timezone: 'Asia/Tokyo' })).toEqual(here);
  });

  it('a day may be asked for as order day: what became of the sales of that day', async () => {
    const { rows } = await shop.semantic.queryMetrics({ metrics: ['net_revenue'], by: ['order_date'] });
    expect(rows).toEqual([
      { order_date: '2026-01-30', net_revenue: '65.25' },
      { order_date: '2026-01-31', net_revenue: '0.00' },
      { order_date: '2026-02-01', net_revenue: '60.60' },
    ]);
  });
});

describe('every dimension', () => {
  it.each([
    ['channel', { app: '100.10', web: '201.10' }],
    ['country', { DE: '201.10', FR: '100.10' }],
    ['currency', { EUR: '301.20' }],
    ['category', { books: '101.00', home: '200.20', null: '0.00' }],
    ['sku', { 'SKU-1': '200.20', 'SKU-2': '101.00', null: '0.00' }],
    ['product_title', { Lamp: '200.20', Novel: '101.00', null: '0.00' }],
    ['seller', { Folio: '101.00', Lumen: '200.20', null: '0.00' }],
    // The customer was a consumer on 30 January and is a business since: versions are not mixed up.
    ['segment', { business: '20.20', consumer: '220.40', unknown: '60.60' }],
    ['event_type', { sale: '301.20', void: '0.00' }],
    ['order_date', { '2026-01-30': '120.30', '2026-01-31': '100.10', '2026-02-01': '80.80' }],
    ['order_id', { null: '301.20' }],
    ['event_date', { '2026-01-30': '120.30', '2026-02-03': '0.00' }],
  ])('gmv by %s', async (name, values) => {
    const { rows } = await shop.semantic.queryMetrics({ metrics: ['gmv'], by: [name] });
    expect(Object.fromEntries(rows.map((row) => [String(row[name]), row['gmv']]))).toMatchObject(values);
  });

  it.each([
    ['channel', { app: '1', web: '3' }],
    ['country', { DE: '3', FR: '1' }],
    ['currency', { EUR: '4' }],
    ['segment', { business: '1', consumer: '2', unknown: '1' }],
    ['order_status', { cancelled: '2', delivered: '1', shipped: '1' }],
    ['line_kind', { goods: '4' }],
    // o1 has a lamp and a novel: it counts in both, and once in the total.
    ['category', { books: '3', home: '2' }],
    ['order_id', { null: '4' }],
    ['order_date', { '2026-01-30': '1', '2026-01-31': '1', '2026-02-01': '2' }],
    ['fulfilled_date', { '2026-02-01': '1', null: '3' }],
  ])('orders by %s', async (name, values) => {
    const { rows } = await shop.semantic.queryMetrics({ metrics: ['orders'], by: [name] });
    expect(Object.fromEntries(rows.map((row) => [String(row[name]), row['orders']]))).toEqual(values);
  });

  it('is covered by the two tables above', async () => {
    const { dimensions } = await shop.semantic.catalog();
    expect(dimensions.filter((each) => each.view === 'finance')).toHaveLength(12);
    expect(dimensions.filter((each) => each.view === 'operations')).toHaveLength(10);
  });

  it('filters', async () => {
    const where = ['channel=web', 'segment!=unknown'];
    const { rows } = await shop.semantic.queryMetrics({ metrics: ['gmv', 'orders'], where });
    expect(rows).toEqual([{ gmv: '140.50', orders: '2' }]);
  });

  it('does not multiply: orders and their lines can be asked for together', async () => {
    const metrics = ['orders', 'order_lines', 'customers', 'partly_fulfilled_orders'];
    const { rows } = await shop.semantic.queryMetrics({ metrics, by: ['channel'] });
    expect(rows).toEqual([
      { channel: 'app', orders: '1', order_lines: '1', customers: '1', partly_fulfilled_orders: '0' },
      { channel: 'web', orders: '3', order_lines: '4', customers: '1', partly_fulfilled_orders: '1' },
    ]);
  });
});

describe('other days than a row’s own', () => {
  const days = { from: '2026-02-01', to: '2026-02-03', grain: 'day' } as const;

  it('28 days end with the row, those without an event included; other metrics stand beside it with theirs', async () => {
    const { rows } = await shop.semantic.queryMetrics({
      metrics: ['gmv_trailing_28_days', 'gmv', 'gmv_previous_month'],
      grain: 'day',
      from: '2026-02-26',
      to: '2026-03-01',
    });
    // 30 January leaves the 28 days after 26 February, 31 January a day later.
    expect(rows).toEqual([
      { date: '2026-02-26', gmv_trailing_28_days: '301.20', gmv: null, gmv_previous_month: null },
      { date: '2026-02-27', gmv_trailing_28_days: '180.90', gmv: null, gmv_previous_month: null },
      // A month after the 30th and after the 31st of January.
      { date: '2026-02-28', gmv_trailing_28_days: '80.80', gmv: null, gmv_previous_month: '220.40' },
      { date: '2026-03-01', gmv_trailing_28_days: '0.00', gmv: null, gmv_previous_month: '80.80' },
    ]);
  });

  it('a balance is that of the last day of each row, whatever the grain, and of all channels together', async () => {
    const metrics = ['backlog_orders', 'open_tickets', 'gift_cards_outstanding'];
    const daily = await shop.semantic.queryMetrics({ metrics, ...days });
    expect(daily.rows).toEqual([
      { date: '2026-02-01', backlog_orders: '2', open_tickets: '0', gift_cards_outstanding: '112.50' },
      { date: '2026-02-02', backlog_orders: '1', open_tickets: '1', gift_cards_outstanding: '112.50' },
      { date: '2026-02-03', backlog_orders: '1', open_tickets: '2', gift_cards_outstanding: '112.50' },
    ]);
    const monthly = await shop.semantic.queryMetrics({
      metrics,
      grain: 'month',
      from: '2026-01-01',
      to: '2026-02-28',
    });
    expect(monthly.rows.map((row) => row['backlog_orders'])).toEqual(['1', '1']);
    const now = await shop.semantic.queryMetrics({ metrics: ['backlog_orders'], by: ['channel'] });
    expect(now.rows).toEqual([
      { channel: 'app', backlog_orders: '0' },
      { channel: 'web', backlog_orders: '1' },
    ]);
  });

  it.each([
    { metrics: ['gmv_trailing_28_days'] },
    { metrics: ['gmv_trailing_28_days'], from: '2026-02-01' },
    { metrics: ['backlog_orders'], grain: 'day' as const },
    { metrics: ['backlog_orders'], to: '2026-02-01' },
    { metrics: ['gmv_previous_month'], from: '2026-02-01' },
  ])('%j is refused: where to look back from is not said', async (query) => {
    await expect(shop.semantic.queryMetrics(query)).rejects.toMatchObject({
      code: 'SEMANTIC_ARGUMENT_INVALID',
      message: expect.stringContaining('both a first and a last'),
    });
  });
});

describe('segments', () => {
  it.each([
    ['cancelled', 'orders', '2'],
    ['fulfilled', 'orders', '1'],
    ['waiting', 'orders', '4'],
    ['sales_and_returns', 'unrated_events', '1'],
    ['goods', 'marketplace_sales', '105.65'],
    ['late', 'shipments', '1'],
    ['of_orders', 'net_cash', '66.26'],
    ['paid', 'payouts', '1'],
    ['first_orders', 'active_customers', '2'],
    ['repeat_orders', 'active_customers', '1'],
    ['unsolved', 'tickets', '1'],
  ])('%s keeps of %s what it should', async (segment, metric, value) => {
    const { rows } = await shop.semantic.queryMetrics({ metrics: [metric], segments: [segment] });
    expect(rows).toEqual([{ [metric]: value }]);
  });

  it('are all in the table above, and every hierarchy is of dimensions', async () => {
    const { segments, hierarchies, dimensions } = await shop.semantic.catalog();
    expect(segments).toHaveLength(11);
    expect(hierarchies).toHaveLength(10);
    for (const { view, levels } of hierarchies) {
      expect(levels.length).toBeGreaterThan(1);
      for (const level of levels)
        expect(dimensions).toContainEqual(expect.objectContaining({ view, name: level }));
    }
  });

  it('of another view are refused with the names of the metric’s own', async () => {
    const asking = shop.semantic.queryMetrics({ metrics: ['orders'], segments: ['fulfiled'] });
    await expect(asking).rejects.toMatchObject({
      code: 'SEMANTIC_SEGMENT_UNKNOWN',
      remedy: 'Did you mean fulfilled?',
    });
  });
});

it('a metric asked for by another name is told by its own', async () => {
  await expect(shop.semantic.queryMetrics({ metrics: ['Retourenquote'] })).rejects.toMatchObject({
    code: 'SEMANTIC_METRIC_UNKNOWN',
    remedy: 'It is called refund_rate here.',
  });
});
