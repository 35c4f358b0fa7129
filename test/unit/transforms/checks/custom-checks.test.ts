import { afterEach, expect, test } from 'vitest';
import type { CheckResult } from '../../../../transforms/engine/checks/check.ts';
import { openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld, TestTable } from '../../../support/check-world.ts';
import { load } from '../project/temporary-project.ts';
import type { Files } from '../project/temporary-project.ts';

let world: CheckWorld | undefined;
afterEach(() => world?.warehouse.close());

const macro = `{% test at_most(model, column_name, limit) %}
  select * from {{ model }} where {{ column_name }} > {{ limit }}
{% endtest %}`;

async function checks(
  tests: string,
  table: Partial<TestTable>,
  files: Files = {},
): Promise<Map<string, CheckResult>> {
  const project = await load({
    'tests/generic/at_most.sql': macro,
    ...files,
    'models/marts/_marts.yml': `version: 2
models:
  - name: fct_orders
    description: Orders, counted.
    config: { materialized: table, unique_key: order_id }
    columns:
      - name: order_id
        description: The key.
        data_tests:
${tests}
  - name: agg_orders
    description: Orders by nothing.
    config: { materialized: table }
`,
  });
  world = await openCheckWorld(project, {
    fct_orders: {
      columns: 'order_id bigint',
      key: 'order_id',
      published: ['(1)', '(99)'],
      added: ['(2)'],
      ...table,
    },
  });
  return await world.check(new Set(['fct_orders']));
}

test('a check of the project looks at the whole table, or at the delta where it says so', async () => {
  const whole = await checks('          - at_most: { arguments: { limit: 10 } }', {});
  expect(whole.get('fct_orders.at_most_order_id')).toMatchObject({
    status: 'fail',
    failures: 1,
    samples: [{ order_id: 99n }],
  });
  await world?.warehouse.close();
  const delta = await checks(
    '          - at_most: { arguments: { limit: 10 }, config: { meta: { scope: delta } } }',
    {},
  );
  expect(delta.get('fct_orders.at_most_order_id')).toMatchObject({ status: 'pass' });
});

test('settings of a check are what the YAML says', async () => {
  const results = await checks(
    `          - at_most:
              arguments: { limit: "{{ 5 * 2 }}" }
              config: { severity: warn, where: "order_id < {{ 50 + 1 }}", store_failures: true }
          - not_null: { config: { error_if: '>1', warn_if: '>0' } }`,
    { added: ['(11)', '(null)'] },
  );
  const atMost = results.get('fct_orders.at_most_order_id');
  expect(atMost).toMatchObject({ status: 'warn', failures: 1 });
  expect(results.get('fct_orders.not_null_order_id')).toMatchObject({ status: 'warn', failures: 1 });
  expect(await world?.warehouse.query(`select * from ${atMost?.storedIn}`)).toEqual([{ order_id: 11n }]);
});

test('a check of the project that cannot be rendered blocks', async () => {
  const results = await checks(
    `          - at_most: { arguments: { limit: 10 }, config: { where: "{{ exceptions.raise_compiler_error('no such day') }}" } }`,
    {},
  );
  expect(results.get('fct_orders.at_most_order_id')).toMatchObject({
    status: 'error',
    message: expect.stringContaining('no such day') as string,
  });
});

test('what a check says of itself decides, and its failures go where it says', async () => {
  const results = await checks(
    '          - loud: { config: { store_failures_as: table, schema: kept, alias: odd_ones } }\n          - loud: { name: quiet, config: { severity: warn } }',
    {},
    {
      'tests/generic/loud.sql':
        "{% test loud(model, column_name) %}{{ config(severity='error', error_if='>1', fail_calc='sum(n)') }}select {{ column_name }} as n from {{ model }} where {{ column_name }} = 99{% endtest %}",
    },
  );
  expect(results.get('fct_orders.loud_order_id')).toMatchObject({
    status: 'fail',
    failures: 99,
    storedIn: 'dbt_test__audit_kept.odd_ones',
  });
  expect(await world?.warehouse.query('select * from dbt_test__audit_kept.odd_ones')).toEqual([{ n: 99n }]);
  expect(results.get('fct_orders.quiet')).toMatchObject({ status: 'warn', storedIn: undefined });
});

test('checks of what is published may ask the warehouse, as those of a run may', async () => {
  await checks(
    '          - all_there',
    {},
    {
      'tests/generic/all_there.sql':
        '{% test all_there(model, column_name) %}{% for column in adapter.get_columns_in_relation(model) %}select * from {{ model }} where {{ column.name }} is null{% endfor %}{% endtest %}',
      'tests/assert_low.sql':
        "{% set most = run_query('select 50 as most').columns[0][0] if execute else 0 %}select * from {{ ref('fct_orders') }} where order_id > {{ most }}",
    },
  );
  const results = await world?.checkPublished();
  expect(results?.get('fct_orders.all_there_order_id')).toMatchObject({ status: 'pass' });
  expect(results?.get('fct_orders.assert_low')).toMatchObject({ status: 'fail', failures: 1 });
});
