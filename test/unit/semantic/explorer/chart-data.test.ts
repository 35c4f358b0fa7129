import { describe, expect, it } from 'vitest';
import { chartOf } from '../../../../semantic/explorer/chart-data.ts';
import type { Metric } from '../../../../semantic/server/metric-catalog.ts';
import type { MetricResult } from '../../../../semantic/server/metric-query.ts';

function metric(name: string, unit: Metric['unit']): Metric {
  return {
    name,
    member: `view.${name}`,
    view: 'view',
    title: name.toUpperCase(),
    description: '',
    owner: 'finance',
    tier: 'certified',
    unit,
    timeDimension: 'day',
    period: undefined,
    denominator: undefined,
    synonyms: [],
    deprecated: undefined,
    drillMembers: [],
  };
}

const gmv = metric('gmv', 'currency');
const orders = metric('orders', 'count');

function table(
  columns: readonly string[],
  ...lines: ReadonlyArray<readonly (string | null)[]>
): MetricResult {
  return {
    columns,
    rows: lines.map((line) => Object.fromEntries(columns.map((column, at) => [column, line[at] ?? null]))),
  };
}

describe('lines', () => {
  const result = table(
    ['date', 'channel', 'gmv', 'orders'],
    ['2026-01-01', 'web', '10.10', '1'],
    ['2026-01-01', 'app', null, '2'],
    ['2026-02-01', 'web', '-20.20', null],
  );

  it('have an axis for each unit, and no mark where there is no number', () => {
    const chart = chartOf({ result, metrics: [gmv, orders], by: ['channel'], grain: 'month', kind: 'auto' });
    expect(chart).toMatchObject({
      kind: 'line',
      panels: [
        {
          title: 'GMV',
          places: ['2026-01-01', '2026-02-01'],
          series: [
            {
              label: 'web',
              marks: [
                { at: '2026-01-01', text: '10.10' },
                { at: '2026-02-01', text: '-20.20' },
              ],
            },
          ],
        },
        { title: 'ORDERS', series: [{ label: 'app' }, { label: 'web' }] },
      ],
    });
  });

  it('of amounts in different currencies never share an axis', () => {
    const mixed = table(
      ['date', 'currency', 'gmv'],
      ['2026-01-01', 'EUR', '1'],
      ['2026-01-01', 'JPY', '200'],
      ['2026-01-02', 'EUR', '1'],
    );
    const chart = chartOf({ result: mixed, metrics: [gmv], by: ['currency'], grain: 'day', kind: 'auto' });
    expect(chart?.panels.map(({ title }) => title)).toEqual(['GMV, EUR', 'GMV, JPY']);
  });

  it('are at most as many as can be told apart, and the rest is told', () => {
    const lines = Array.from({ length: 40 }, (_, at) => [
      `2026-01-0${1 + (at % 2)}`,
      `s${at >> 1}`,
      String(at),
    ]);
    const chart = chartOf({
      result: table(['date', 'sku', 'gmv'], ...lines),
      metrics: [gmv],
      by: ['sku'],
      grain: 'day',
      kind: 'line',
    });
    expect(chart?.panels[0]?.series.map(({ label }) => label).slice(0, 2)).toEqual(['s19', 's18']);
    expect(chart?.panels[0]).toMatchObject({ leftOut: 'The 8 largest of 20 series; the table has all.' });
  });
});

describe('bars', () => {
  it('are in the order of their size, with the largest alone', () => {
    const lines = Array.from({ length: 30 }, (_, at) => [`s${at}`, String(at)]);
    const chart = chartOf({
      result: table(['sku', 'gmv'], ...lines),
      metrics: [gmv],
      by: ['sku'],
      grain: undefined,
      kind: 'auto',
    });
    expect(chart?.kind).toBe('bars');
    expect(chart?.panels[0]?.places.slice(0, 2)).toEqual(['s29', 's28']);
    expect(chart?.panels[0]?.leftOut).toBe('The 25 largest of 30 bars; the table has all.');
  });

  it('stand for a single day, too, in the order of days', () => {
    const result = table(['date', 'gmv'], ['2026-02-01', '1'], ['2026-01-01', '2']);
    const chart = chartOf({ result, metrics: [gmv], by: [], grain: 'month', kind: 'bars' });
    expect(chart?.panels[0]?.places).toEqual(['2026-01-01', '2026-02-01']);
  });
});

it('nothing is drawn of one number, of no rows, or where nothing is wanted', () => {
  const one = table(['gmv'], ['1']);
  expect(chartOf({ result: one, metrics: [gmv], by: [], grain: undefined, kind: 'auto' })).toBeUndefined();
  expect(
    chartOf({ result: table(['sku', 'gmv']), metrics: [gmv], by: ['sku'], grain: 'month', kind: 'auto' }),
  ).toBeUndefined();
  expect(chartOf({ result: one, metrics: [gmv], by: [], grain: undefined, kind: 'none' })).toBeUndefined();
});
