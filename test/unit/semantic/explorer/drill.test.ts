import { expect, it } from 'vitest';
import { drillOf } from '../../../../semantic/explorer/drill.ts';
import { startState } from '../../../../semantic/explorer/state.ts';
import type { ExplorerState } from '../../../../semantic/explorer/state.ts';
import { metricCatalog } from '../../../../semantic/server/metric-catalog.ts';

const meta = {
  owner: 'finance',
  tier: 'certified',
  unit: 'count',
  time_dimension: 'day',
  synonyms: ['so called'],
  tests: ['golden'],
};
const view = (name: string, metric: string, dimensions: readonly string[], levels: readonly string[]) => ({
  name,
  measures: [{ name: `${name}.${metric}`, shortTitle: metric, meta }],
  dimensions: dimensions.map((each) => ({ name: `${name}.${each}`, shortTitle: each, type: 'string' })),
  hierarchies:
    levels.length === 0 ? [] : [{ name: `${name}.h`, levels: levels.map((each) => `${name}.${each}`) }],
});
const goods = ['category', 'title', 'sku', 'channel'];
const catalog = metricCatalog({
  cubes: [
    view('sales', 'gmv', goods, ['category', 'title', 'sku']),
    view('market', 'take', ['category', 'channel'], []),
  ],
});

function into(
  value: string | null,
  column: string,
  state: Partial<ExplorerState>,
  names: readonly string[] = ['gmv'],
): Partial<ExplorerState> | undefined {
  const metrics = catalog.metrics.filter(({ name }) => names.includes(name));
  return drillOf(catalog, metrics, { ...startState, by: [column], ...state }, column)?.into(value);
}

it('a value is looked into by the next level, and by no other value', () => {
  expect(into('home', 'category', { by: ['channel', 'category'] })).toMatchObject({
    by: ['channel', 'title'],
    filters: [{ name: 'category', operator: 'equals', values: ['home'] }],
  });
  expect(into('a,b', 'sales.title', {})).toMatchObject({
    by: ['sku'],
    filters: [{ name: 'title', operator: 'equals', values: ['a,b'] }],
  });
  expect(into(null, 'category', {})?.filters).toEqual([{ name: 'category', operator: 'notSet', values: [] }]);
});

it('filters of others stay, and the one that named several values gives way to the one', () => {
  const others = [
    { name: 'channel', operator: 'equals', values: ['web'] },
    { name: 'category', operator: 'notEquals', values: ['toys'] },
  ] as const;
  const wide = { name: 'category', operator: 'equals', values: ['home', 'books'] } as const;
  expect(into('home', 'category', { filters: [...others, wide] })?.filters).toEqual([
    ...others,
    { name: 'category', operator: 'equals', values: ['home'] },
  ]);
});

it('what was sorted by is no column any more, and another stays', () => {
  const sort = (column: string): ExplorerState['sort'] => ({ column, isDescending: true });
  expect(into('home', 'category', { sort: sort('category') })?.sort).toBeUndefined();
  expect(into('home', 'category', { sort: sort('gmv') })?.sort).toEqual(sort('gmv'));
});

it('there is nothing beneath the last level, a level that is shown, or one that not all metrics have', () => {
  expect(into('1', 'sku', {})).toBeUndefined();
  expect(into('web', 'channel', {})).toBeUndefined();
  expect(into('home', 'category', { by: ['category', 'title'] })).toBeUndefined();
  expect(into('home', 'category', {}, ['gmv', 'take'])).toBeUndefined();
  expect(into('home', 'category', {}, ['take'])).toBeUndefined();
  expect(into('home', 'category', { by: [] })).toBeUndefined();
});
