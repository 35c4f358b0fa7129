import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { minorUnits } from '../../../transforms/engine/dialect/currencies.ts';
import { startSemantic, published } from './support.ts';
import type { SemanticFixture } from './support.ts';

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic('empty');
});
afterAll(() => shop.stop());

let version = 1;
beforeEach(() => sell('select null, null, null, null, null, null, null, null where false'));

/** Publishes these sales in place of the ones before. */
async function sell(rows: string): Promise<void> {
  await shop.publisher.run(`
    begin;
    delete from marts.fct_order_events;
    insert into marts.fct_order_events
      (order_event_key, order_key, event_type, currency, country, is_test, amount_minor, event_date)
    ${rows};
    commit`);
  version += 1;
  await shop.semantic.refresh(published(version));
}

async function one(metric: string): Promise<string | null | undefined> {
  const { rows } = await shop.semantic.queryMetrics({ metrics: [metric] });
  return rows[0]?.[metric];
}

describe('exactness', () => {
  it('adds a million amounts of 10 and 20 cents to the cent, and gives two decimals', async () => {
    await sell(`select 'e' || i, 'o' || i, 'sale', 'EUR', 'DE', false, case when i % 2 = 0 then 10 else 20 end,
                date '2026-01-01' from range(1000000) as r(i)`);
    // The same sum in floating point is 150000.00000193721.
    expect(await one('gmv')).toBe('150000.00');
    expect(await one('aov')).toBe('0.15');
  });

  it('is exact beyond what a float or a 64-bit integer holds', async () => {
    await sell(`select 'e' || i, 'o' || i, 'sale', 'EUR', 'DE', false, 9223372036854775807, date '2026-01-01'
                from range(3) as r(i)`);
    expect(await one('gmv')).toBe('276701161105643274.21');
  });

  it.each([
    [[1, 2], '0.02'],
    [[1, 1, 2], '0.01'],
    [[100, 100, 101], '1.00'],
  ])('the average of %j cents is rounded half up: %s', async (cents, average) => {
    const values = cents.map(
      (amount, i) => `('e${i}', 'o${i}', 'sale', 'EUR', 'DE', false, ${amount}, date '2026-01-01')`,
    );
    await sell(`values ${values.join(', ')}`);
    expect(await one('aov')).toBe(average);
  });

  it('of nothing is zero, and the average of nothing is nothing', async () => {
    const metrics = ['gmv', 'net_revenue', 'refunds', 'aov', 'orders', 'customers'];
    const { rows } = await shop.semantic.queryMetrics({ metrics });
    expect(rows).toEqual([
      { gmv: '0.00', net_revenue: '0.00', refunds: '0.00', aov: null, orders: '0', customers: '0' },
    ]);
  });
});

describe('several currencies', () => {
  const money = [
    'gmv',
    'gross_sales',
    'net_revenue',
    'total_sales',
    'tax',
    'shipping',
    'refunds',
    'discounts',
    'gift_card_discounts',
    'cancellations',
    'returns',
    'aov',
    'gift_card_sales',
    'chargebacks',
    'gmv_previous_month',
    'gmv_previous_year',
    'net_revenue_previous_month',
    'net_revenue_previous_year',
    'gmv_trailing_28_days',
    'net_revenue_trailing_28_days',
  ];
  const period = { from: '2025-12-01', to: '2027-01-31' };

  beforeEach(() =>
    sell(`values ('e1', 'o1', 'sale', 'EUR', 'DE', false, 1000, date '2026-01-01'),
                 ('e2', 'o2', 'sale', 'GBP', 'GB', false, 2000, date '2026-01-01'),
                 ('e3', 'o3', 'sale', 'USD', 'US', true, 9900, date '2026-01-01')`),
  );

  it.each(money)('%s refuses to add them, and names them', async (metric) => {
    const last = metric.endsWith('28_days') ? { from: '2026-01-01', to: '2026-01-20' } : period;
    await expect(shop.semantic.queryMetrics({ metrics: [metric], ...last })).rejects.toMatchObject({
      code: 'SEMANTIC_MIXED_CURRENCIES',
      message: 'a money metric cannot add amounts in EUR and GBP',
      remedy: expect.stringContaining('by currency'),
    });
  });

  it('the list above is every money metric of the events', async () => {
    const { metrics } = await shop.semantic.catalog();
    const currency = metrics.filter((metric) => metric.unit === 'currency' && metric.view === 'finance');
    expect(currency.map((metric) => metric.name).sort()).toEqual([...money].sort());
  });

  it('are told apart by currency, by a filter, or by whatever separates them', async () => {
    const byCurrency = await shop.semantic.queryMetrics({ metrics: ['gmv'], by: ['currency'] });
    expect(byCurrency.rows).toEqual([
      { currency: 'EUR', gmv: '10.00' },
      { currency: 'GBP', gmv: '20.00' },
    ]);
    const filtered = await shop.semantic.queryMetrics({ metrics: ['gmv'], where: ['currency=GBP'] });
    expect(filtered.rows).toEqual([{ gmv: '20.00' }]);
    const byCountry = await shop.semantic.queryMetrics({ metrics: ['gmv'], by: ['country'] });
    expect(byCountry.rows).toHaveLength(2);
  });

  it('have each the decimals of its own minor unit, exactly', async () => {
    const codes = [...new Set([...Intl.supportedValuesOf('currency'), 'JPY', 'KWD', 'USD'])];
    await sell(`select 'e' || i, 'o' || i, 'sale', code, 'DE', false, 1234567, date '2026-01-01'
                from (select unnest([${codes.map((code) => `'${code}'`).join(', ')}]) as code, 1 as i) as c`);
    const { rows } = await shop.semantic.queryMetrics({
      metrics: ['gmv', 'aov'],
      by: ['currency'],
    });
    const shown = new Map(rows.map(({ currency, gmv }) => [currency, gmv]));
    expect([shown.get('JPY'), shown.get('USD'), shown.get('KWD')]).toEqual([
      '1234567.00',
      '12345.67',
      '1234.567',
    ]);
    // The marts' own rule, of which the model repeats the lists.
    const expected = await shop.publisher.runAndReadAll(
      `select currency, cast(amount_minor * 1000 / (${minorUnits('currency')}) as bigint) as thousandths
       from marts.fct_order_events`,
    );
    const thousandths = Object.fromEntries(
      expected.getRowObjects().map((row) => [String(row['currency']), Number(row['thousandths'])]),
    );
    expect(Object.keys(thousandths).length).toBeGreaterThan(100);
    expect(
      Object.fromEntries(rows.map(({ currency, gmv }) => [currency, Math.round(Number(gmv) * 1000)])),
    ).toEqual(thousandths);
    expect(rows.every(({ gmv, aov }) => gmv === aov)).toBe(true);
  });

  it('do not matter to counts', async () => {
    expect(await one('orders')).toBe('0');
  });

  it('a REST client reads the code and what to do', async () => {
    const { status, body } = await shop.post('/cubejs-api/v1/load', { query: { measures: ['finance.gmv'] } });
    expect(status).toBe(400);
    expect(body['error']).toMatch(
      /^SEMANTIC_MIXED_CURRENCIES: .*EUR and GBP Remedy: Split the metric by currency/,
    );
  });
});
