import { afterEach, expect, test } from 'vitest';
import type { CheckResult } from '../../../../transforms/engine/checks/check.ts';
import { openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld, TestTable } from '../../../support/check-world.ts';
import { load } from '../project/temporary-project.ts';

let world: CheckWorld | undefined;
afterEach(() => world?.warehouse.close());

const macro = `{% test at_most(model, column_name, limit) %}
  select * from {{ model }} where {{ column_name }} > {{ limit }}
{% endtest %}`;

async function checks(tests: string, table: Partial<TestTable>): Promise<Map<string, CheckResult>> {
  const project = await load({
    'tests/generic/at_most.sql': macro,
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
