import { expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { buildCatalog, readCatalog } from '../../../../transforms/engine/artifacts/catalog.ts';
import { invocation } from '../../../support/select-cases.ts';

const nodes = new Map([
  ['model.shopwave.fct', 'marts.fct'],
  ['model.shopwave.view', 'marts.fct_view'],
  ['model.shopwave.never_built', 'marts.never_built'],
]);
const sources = new Map([['source.shopwave.shop.orders', 'raw.shop__orders']]);

test('the catalog shows the relations that exist, with their columns in order', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  try {
    await warehouse.execute('create schema marts');
    await warehouse.execute('create schema raw');
    await warehouse.execute('create table marts.fct (k bigint, amount decimal(18, 2), seen timestamp)');
    await warehouse.execute('create view marts.fct_view as select k from marts.fct');
    await warehouse.execute('create table marts.bystander (x integer)');
    await warehouse.execute('create table raw.shop__orders (data json)');
    const catalog = await readCatalog(warehouse, { invocation, nodes, sources });
    expect(Object.keys(catalog.nodes)).toEqual(['model.shopwave.fct', 'model.shopwave.view']);
    expect(catalog.nodes['model.shopwave.fct']).toMatchObject({
      metadata: { type: 'BASE TABLE', schema: 'marts', name: 'fct' },
      columns: {
        k: { type: 'BIGINT', index: 1, name: 'k' },
        amount: { type: 'DECIMAL(18,2)', index: 2 },
        seen: { type: 'TIMESTAMP', index: 3 },
      },
    });
    expect(catalog.nodes['model.shopwave.view']?.metadata.type).toBe('VIEW');
    expect(catalog.sources['source.shopwave.shop.orders']?.columns).toHaveProperty('data');
  } finally {
    await warehouse.close();
  }
});

test('names that a warehouse folded to upper case are found', () => {
  const column = {
    schema: 'MARTS',
    table: 'FCT',
    tableType: 'BASE TABLE',
    column: 'K',
    type: 'NUMBER',
    position: 1,
  };
  const catalog = buildCatalog({ invocation, nodes, sources }, [column]);
  expect(catalog.nodes['model.shopwave.fct']?.columns).toMatchObject({ K: { type: 'NUMBER', index: 1 } });
  expect(catalog.sources).toEqual({});
});
