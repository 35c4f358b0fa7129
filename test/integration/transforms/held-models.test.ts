import { expect, test } from 'vitest';
import type { BuildResult } from '../../../transforms/engine/run/request.ts';
import { seedProject } from './seed-project.ts';
import type { SeedProject } from './seed-project.ts';

/** A dimension, and sales that name its rows; both are made whole, from seeds. */
const files = {
  'seeds/shops.csv': 'shop,city\na,Rome\nb,Oslo\n',
  'seeds/sales.csv': 'sale,shop,kind\n1,a,web\n2,b,web\n',
  'seeds/_seeds.yml': 'seeds: [{ name: shops, description: Shops. }, { name: sales, description: Sales. }]\n',
  'models/marts/dim_shop.sql': "select shop, city from {{ ref('shops') }}",
  'models/marts/fct_sale.sql': "select sale, shop, kind from {{ ref('sales') }}",
  'models/dim.yml':
    "models: [{ name: dim_shop, description: 'Shops.', config: { materialized: table, unique_key: shop } }]\n",
  'models/fct.yml': fact('shop', 'shop'),
};

/** The sales, whose `column` names a `field` of the dimension. */
function fact(column: string, field: string): string {
  return `
models:
  - name: fct_sale
    description: 'Sales.'
    config: { materialized: table, unique_key: sale }
    columns:
      - name: kind
        description: 'How.'
        data_tests: [{ accepted_values: { arguments: { values: [web] } } }]
      - name: ${column}
        description: 'Where.'
        data_tests: [{ relationships: { arguments: { to: ref('dim_shop'), field: ${field} } } }]
`;
}

/** A sale that no check lets pass, so that the sales are held back. */
const badSale = 'sale,shop,kind\n1,a,web\n2,b,web\n3,a,mystery\n';
const shops = 'select shop from marts.dim_shop order by all';
const marks = 'select model, row_key from _meta.kept_row order by all';

function statuses({ models }: BuildResult): Record<string, string> {
  return Object.fromEntries(models.map(({ model, status }) => [model, status]));
}

test('a new column of a held-back mart that names a dimension keeps nothing, and the rest is published', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.write({
    // b goes, and c comes; no published column holds the new reference.
    'seeds/shops.csv': 'shop,city\na,Rome\nc,Bonn\n',
    'seeds/sales.csv': badSale,
    'models/marts/fct_sale.sql': "select sale, shop, kind, shop as shop_ref from {{ ref('sales') }}",
    'models/fct.yml': fact('shop_ref', 'shop'),
  });
  const result = await (await project.open()).build();
  expect(statuses(result)).toMatchObject({ dim_shop: 'published', fct_sale: 'held' });
  expect(await project.rows(shops)).toEqual(['a', 'c']);
  expect(await project.rows(marks)).toEqual([]);
});

test('a new column with the name of the field it refers to does not keep every row', async () => {
  await using project = await seedProject({
    ...files,
    'models/marts/fct_sale.sql': "select sale, shop as place, kind from {{ ref('sales') }}",
    'models/fct.yml': fact('place', 'shop'),
  });
  await (await project.open()).build();
  await project.write({
    'seeds/shops.csv': 'shop,city\na,Rome\nc,Bonn\n',
    'seeds/sales.csv': badSale,
    'models/marts/fct_sale.sql': files['models/marts/fct_sale.sql'],
    'models/fct.yml': files['models/fct.yml'],
  });
  expect(statuses(await (await project.open()).build())).toMatchObject({ fct_sale: 'held' });
  expect(await project.rows(shops)).toEqual(['a', 'c']);
});

test('a field that is new in the dimension cannot have been referred to', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.write({
    'seeds/sales.csv': badSale,
    'models/marts/dim_shop.sql': "select shop, city, shop as code from {{ ref('shops') }}",
    'models/fct.yml': fact('shop', 'code'),
  });
  expect(statuses(await (await project.open()).build())).toMatchObject({
    dim_shop: 'published',
    fct_sale: 'held',
  });
});

test('a dimension that loses the field by which a held-back mart names it is held back with it', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.write({
    'seeds/sales.csv': badSale,
    'models/marts/dim_shop.sql': "select shop as shop_id, city from {{ ref('shops') }}",
    'models/dim.yml': files['models/dim.yml'].replace('unique_key: shop', 'unique_key: shop_id'),
  });
  const result = await (await project.open()).build();
  expect(statuses(result)).toMatchObject({ dim_shop: 'held', fct_sale: 'held', sales: 'published' });
  expect(result.held.find(({ model }) => model === 'dim_shop')?.reasons[0]).toContain(
    'fct_sale, which is held back, refers to 2 row(s)',
  );
});

test('a model that would have to be rebuilt and may not be is held back, and builds go on', async () => {
  const keyed = `
models:
  - name: book
    description: 'Shops for ever.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: shop
      full_refresh: false
      meta: { touch_key: shop, touched_by: { dim_shop: shop } }
`;
  await using project = await seedProject({
    ...files,
    'models/marts/book.sql': "select shop from {{ ref('dim_shop') }} where {{ touched('shop') }}",
    'models/book.yml': keyed,
  });
  await (await project.open()).build();
  await project.write({
    'models/marts/dim_shop.sql': "select shop, city, 1 as size from {{ ref('shops') }}",
  });
  // With its new column the dimension is replaced, and has no feed from which its reader could take the keys.
  await (await project.open()).build({ select: new Set(['dim_shop']) });
  // What is news comes after it in the order of the build.
  await project.write({
    'models/marts/fct_sale.sql': "select sale, shop, kind, 2 as size from {{ ref('sales') }}",
  });
  const result = await (await project.open()).build();
  expect(result.held).toMatchObject([
    { model: 'book', reasons: [expect.stringContaining('TRANSFORM_FULL_REFRESH_FORBIDDEN')] },
  ]);
  expect(statuses(result)).toMatchObject({ fct_sale: 'published' });
});

test('a model that was held back and is removed is held back no more', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.write({
    'seeds/sales.csv': badSale,
    'seeds/shops.csv': 'shop,city\na,Rome\nb,Oslo\nc,Bonn\n',
  });
  const before = await project.open();
  await before.build();
  expect(await before.heldBack()).toMatchObject([{ model: 'fct_sale' }]);
  await project.write({ 'models/marts/fct_sale.sql': null, 'models/fct.yml': null });
  const after = await project.open();
  expect(await after.heldBack()).toEqual([]);
  await project.write({ 'seeds/shops.csv': 'shop,city\na,Rome\n' });
  expect(await (await project.open()).build()).toMatchObject({ published: true, held: [] });
  expect(await project.rows('select model from _meta.held_back')).toEqual([]);
});

const refreshed = { fullRefresh: true, select: new Set(['shops', 'sales', 'dim_shop', 'fct_sale']) };

/** The dimension by one of dbt's strategies; a full refresh has just dropped b, which held-back sales still name. */
async function keepingShop(strategy: string, key: string): Promise<SeedProject> {
  const project = await seedProject({
    ...files,
    'models/dim.yml': `
models:
  - name: dim_shop
    description: 'Shops.'
    config: { materialized: incremental, incremental_strategy: ${strategy}, unique_key: ${key}, on_schema_change: append_new_columns }
`,
    // Only what is new is selected.
    'models/marts/dim_shop.sql': `select shop, city from {{ ref('shops') }}
      {% if is_incremental() %} where shop || city not in (select t.shop || t.city from {{ this }} as t) or city = 'Oslo' {% endif %}`,
  });
  await (await project.open()).build();
  await project.write({ 'seeds/shops.csv': 'shop,city\na,Rome\nc,Bonn\n', 'seeds/sales.csv': badSale });
  await (await project.open()).build(refreshed);
  expect(await project.rows(shops)).toEqual(['a', 'b', 'c']);
  return project;
}

test.each([
  ['delete+insert', '[shop, city]', 'b\u001FOslo'],
  ['merge', 'shop', 'b'],
  ['append', 'shop', 'b'],
])('a row that a model by %s only keeps stays marked, and goes when nobody refers to it', async (...args) => {
  const [strategy, key, mark] = args;
  await using project = await keepingShop(strategy, key);
  expect(await project.rows(marks)).toEqual([`dim_shop ${mark}`]);
  // An ordinary build computes the rows that the SELECT gives, and b is none of them.
  await project.write({ 'seeds/shops.csv': 'shop,city\na,Rome\nc,Bonn\nd,Lyon\n' });
  await (await project.open()).build();
  expect(await project.rows(shops)).toEqual(['a', 'b', 'c', 'd']);
  expect(await project.rows(marks)).toEqual([`dim_shop ${mark}`]);
  // The sales are mended, once with and once without something new for the dimension itself.
  const news =
    strategy === 'merge' ? { 'seeds/shops.csv': 'shop,city\na,Rome\nc,Bonn\nd,Lyon\ne,Nice\n' } : {};
  await project.write({ 'seeds/sales.csv': 'sale,shop,kind\n1,a,web\n', ...news });
  expect((await (await project.open()).build()).held).toEqual([]);
  expect(await project.rows(shops)).toEqual(['a', 'c', 'd', ...(strategy === 'merge' ? ['e'] : [])]);
  expect(await project.rows(marks)).toEqual([]);
  expect(await project.rows("select distinct _image from feed.dim_shop where shop = 'b'")).toEqual([
    'before',
  ]);
  expect(await (await project.open()).build()).toMatchObject({ published: false, held: [] });
});

test.each([
  ['changed', 'b,Turku', 'b Turku'],
  ['as it was', 'b,Oslo', 'b Oslo'],
])('a kept row that the model gives again, %s, is its own, and stays', async (_, line, row) => {
  await using project = await keepingShop('delete+insert', 'shop');
  await project.write({ 'seeds/shops.csv': `shop,city\na,Rome\n${line}\nc,Bonn\n` });
  await (await project.open()).build();
  expect(await project.rows(marks)).toEqual([]);
  await project.write({ 'seeds/sales.csv': 'sale,shop,kind\n1,a,web\n' });
  await (await project.open()).build();
  expect(await project.rows('select shop, city from marts.dim_shop order by all')).toEqual([
    'a Rome',
    row,
    'c Bonn',
  ]);
});

test('a kept row stays marked while its table gets a column, and goes later', async () => {
  await using project = await keepingShop('delete+insert', 'shop');
  await project.write({
    'models/marts/dim_shop.sql':
      "select shop, city, 1 as size from {{ ref('shops') }} {% if is_incremental() %} where shop = 'c' {% endif %}",
    'seeds/sales.csv': 'sale,shop,kind\n1,a,web\n',
  });
  await (await project.open()).build();
  expect(await project.rows(shops)).toEqual(['a', 'b', 'c']);
  expect(await project.rows(marks)).toEqual(['dim_shop b']);
  await (await project.open()).build();
  expect(await project.rows(shops)).toEqual(['a', 'c']);
  expect(await project.rows(marks)).toEqual([]);
});
