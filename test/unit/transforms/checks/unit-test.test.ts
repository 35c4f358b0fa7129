import { expect, test } from 'vitest';
import { runUnitTests } from '../../../../transforms/engine/checks/unit-test.ts';
import type { UnitTestResult } from '../../../../transforms/engine/checks/unit-test.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import type { Fixture, Model, UnitTest } from '../../../../transforms/engine/project/model.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { withVars } from '../../../support/check-world.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const openScratch = () => openDuckdbWarehouse({ path: ':memory:' });

function model(name: string, sql: string, change: Parameters<typeof makeModel>[1] = {}): Model {
  return makeModel(name, { template: parseTemplate(sql, `${name}.sql`), rawCode: sql, ...change });
}

const project = makeProject(
  [
    model(
      'stg_orders',
      `select cast(data->>'$.id' as bigint) as order_id, cast(data->>'$.amount' as decimal(14,2)) as amount,
         cast(data->>'$.at' as timestamp) as placed_at, data->>'$.note' as note, _op, _position, _ordinal, _committed_at
       from {{ source('shop', 'orders') }} where _op <> 'x'`,
      {
        layer: 'staging',
        materialization: { kind: 'latest', uniqueKey: 'order_id' },
        sources: ['shop.orders'],
      },
    ),
    model('int_doubled', `select order_id, amount * 2 as amount from {{ ref('stg_orders') }}`, {
      layer: 'intermediate',
      materialization: { kind: 'ephemeral' },
      refs: ['stg_orders'],
    }),
    model(
      'fct',
      `with unit_stg as (select 1) select d.order_id, d.amount, o.note, o.placed_at, {{ var('factor') }} as factor
       from {{ ref('int_doubled') }} as d join {{ ref('stg_orders') }} as o on o.order_id = d.order_id
       where {{ touched('o.order_id') }}
       {% if is_incremental() %} and o.order_id not in (select order_id from {{ this }}) {% endif %}`,
      { refs: ['int_doubled', 'stg_orders'] },
    ),
  ],
  withVars({ factor: '3' }),
);

const orders: Fixture = {
  format: 'dict',
  rows: [
    { order_id: 1, amount: '2.50' },
    { order_id: 2, amount: 1 },
  ],
};

function unitTest(change: Partial<UnitTest> = {}): UnitTest {
  return {
    name: 't',
    uniqueId: 'unit_test.shopwave.fct.t',
    model: 'fct',
    description: '',
    given: [{ input: { kind: 'model', name: 'stg_orders' }, fixture: orders }],
    expect: { format: 'dict', rows: [] },
    overrides: { macros: {}, vars: {}, envVars: {} },
    tags: [],
    file: '_fct.yml',
    line: 7,
    ...change,
  };
}

async function run(change: Partial<UnitTest>): Promise<UnitTestResult> {
  const [result] = await runUnitTests({ project, tests: [unitTest(change)], openScratch });
  if (result === undefined) throw new Error('no result');
  return result;
}

const dict = (...rows: Record<string, unknown>[]): Fixture => ({ format: 'dict', rows });

const passing: ReadonlyArray<[string, Partial<UnitTest>]> = [
  [
    'dicts, any order of rows, some of the columns',
    { expect: dict({ amount: 2, order_id: 2 }, { order_id: 1, amount: 5 }) },
  ],
  [
    'types as the model has them: 5, "5.0" and 5.00 are one amount',
    { expect: dict({ amount: '5.0' }, { amount: 2.0 }) },
  ],
  [
    'columns that a fixture leaves out are null, of their own type',
    {
      expect: dict(
        { order_id: 1, note: null, placed_at: null },
        { order_id: 2, note: null, placed_at: null },
      ),
    },
  ],
  [
    'CSV: empty is null, spaces do not count',
    {
      given: [
        {
          input: { kind: 'model', name: 'stg_orders' },
          fixture: { format: 'csv', text: 'order_id, amount, note\n1, 2.5, \n2, 1, "a, b"\n' },
        },
      ],
      expect: { format: 'csv', text: 'order_id,note\n1,\n2,"a, b"\n' },
    },
  ],
  [
    'SQL on both sides',
    {
      given: [
        {
          input: { kind: 'model', name: 'stg_orders' },
          fixture: {
            format: 'sql',
            text: "select 1 as order_id, 2.5 as amount, 'n' as note, timestamp '2026-01-01' as placed_at;",
          },
        },
      ],
      expect: { format: 'sql', text: "select 5 as amount, '2026-01-01 00:00:00' as placed_at" },
    },
  ],
  [
    'an empty input is empty',
    { given: [{ input: { kind: 'model', name: 'stg_orders' }, fixture: dict() }], expect: dict() },
  ],
  [
    'an ephemeral parent may be given',
    {
      given: [
        { input: { kind: 'model', name: 'int_doubled' }, fixture: dict({ order_id: 1, amount: 99 }) },
        { input: { kind: 'model', name: 'stg_orders' }, fixture: orders },
      ],
      expect: dict({ order_id: 1, amount: 99 }),
    },
  ],
  [
    'overridden vars',
    {
      overrides: { macros: {}, vars: { factor: '7' }, envVars: {} },
      expect: dict({ factor: 7 }, { factor: 7 }),
    },
  ],
  [
    'the incremental branch over this',
    {
      given: [
        { input: { kind: 'model', name: 'stg_orders' }, fixture: orders },
        { input: { kind: 'this' }, fixture: dict({ order_id: 1 }) },
      ],
      overrides: { macros: { is_incremental: true }, vars: {}, envVars: {} },
      expect: dict({ order_id: 2 }),
    },
  ],
  [
    'the whole, unless touched keys are given',
    { overrides: { macros: { touched: [2] }, vars: {}, envVars: {} }, expect: dict({ order_id: 2 }) },
  ],
  [
    'a source: fields become raw JSON',
    {
      model: 'stg_orders',
      given: [
        {
          input: { kind: 'source', name: 'shop.orders' },
          fixture: dict({ id: 7, amount: '1.5', note: null }, { id: 8, amount: null, _op: 'x' }),
        },
      ],
      expect: dict({ order_id: 7, amount: 1.5, note: null, _op: 'c', _position: '0000000000000001' }),
    },
  ],
];

test.each(passing)('passes: %s', async (_, change) => {
  expect(await run(change)).toMatchObject({ status: 'pass', message: undefined });
});

const failing: ReadonlyArray<[string, Partial<UnitTest>, RegExp]> = [
  [
    'a wrong value names its column',
    { expect: dict({ order_id: 1, amount: 6 }, { order_id: 2, amount: 2 }) },
    /1 missing \(-\), 1 not expected \(\+\)[\s\S]*- 1 +\| 6\.00\n\+ 1 +\| 5\.00[\s\S]*columns that differ: amount$/,
  ],
  [
    'a row too few',
    { expect: dict({ order_id: 1 }, { order_id: 2 }, { order_id: 3 }) },
    /expected 3 row\(s\), got 2[\s\S]*- 3/,
  ],
  ['a row too many', { expect: dict({ order_id: 1 }) }, /not expected[\s\S]*\+ 2/],
  [
    'a duplicate is another row',
    { expect: dict({ order_id: 1 }, { order_id: 2 }, { order_id: 2 }) },
    /1 missing/,
  ],
  [
    'null is not the text null',
    { expect: dict({ order_id: 1, note: 'null' }, { order_id: 2, note: null }) },
    /columns that differ: note/,
  ],
  ['no rows expected', { expect: dict() }, /expected 0 row\(s\), got 2/],
];

test('a query that is expected may end as a statement', async () => {
  const text = 'select order_id from (values (1), (2)) as v(order_id);\n';
  expect(await run({ expect: { format: 'sql', text } })).toMatchObject({ status: 'pass' });
});

test.each(failing)('fails: %s', async (_, change, message) => {
  expect(await run(change)).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(message) as string,
  });
});

const erring: ReadonlyArray<[string, Partial<UnitTest>, RegExp]> = [
  ['an input without rows', { given: [] }, /UNIT_TEST_INPUT_MISSING.*stg_orders[\s\S]*_fct\.yml:7/],
  [
    'an input that the model does not read',
    { model: 'stg_orders', given: [{ input: { kind: 'source', name: 'shop.order' }, fixture: dict() }] },
    /UNIT_TEST_INPUT_UNKNOWN.*did you mean shop\.orders\?/,
  ],
  [
    'a column that the input does not have',
    { given: [{ input: { kind: 'model', name: 'stg_orders' }, fixture: dict({ oder_id: 1 }) }] },
    /UNIT_TEST_COLUMN_UNKNOWN.*did you mean order_id\?/,
  ],
  [
    'a column that the model does not give',
    { expect: dict({ amuont: 1 }) },
    /UNIT_TEST_COLUMN_UNKNOWN.*did you mean amount\?/,
  ],
  ['ragged CSV', { expect: { format: 'csv', text: 'a,b\n1\n' } }, /UNIT_TEST_FIXTURE_INVALID/],
  [
    'an expected value that is not of its type',
    { expect: dict({ amount: 'lots' }) },
    /UNIT_TEST_FIXTURE_INVALID: the expected rows:.*lots[\s\S]*_fct\.yml:7/,
  ],
  [
    'a given value that is not of its type',
    { given: [{ input: { kind: 'model', name: 'stg_orders' }, fixture: dict({ order_id: 'first' }) }] },
    /UNIT_TEST_FIXTURE_INVALID: the rows given for stg_orders:.*first[\s\S]*_fct\.yml:7/,
  ],
  [
    'what the warehouse refuses of the model',
    { overrides: { macros: {}, vars: { factor: 'no_column' }, envVars: {} } },
    /no_column[\s\S]*where: .*_fct\.yml:7/,
  ],
];

test.each(erring)('errs: %s', async (_, change, message) => {
  expect(await run(change)).toMatchObject({
    status: 'error',
    message: expect.stringMatching(message) as string,
  });
});

test('tests share one scratch warehouse, which is closed', async () => {
  let opened = 0;
  let closed = 0;
  const results = await runUnitTests({
    project,
    tests: [unitTest({ name: 'a' }), unitTest({ name: 'b', expect: dict({ order_id: 1 }, { order_id: 2 }) })],
    openScratch: async () => {
      opened += 1;
      const scratch = await openScratch();
      return { ...scratch, close: () => ((closed += 1), scratch.close()) };
    },
  });
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'fail'],
    ['b', 'pass'],
  ]);
  expect([opened, closed]).toEqual([1, 1]);
});
