import { describe, expect, test } from 'vitest';
import { renderDataTest, renderTest } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { load, plainScope } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

describe('tests as data', () => {
  const entry = (tests: string): Files => ({
    'models/marts/_marts.yml': `models:\n  - name: fct_orders\n  - name: agg_orders\n    columns:\n      - name: orders\n        data_tests:\n${tests}`,
  });
  const testsOf = (project: Project): unknown =>
    mustModel(project, 'agg_orders').tests.map(({ name, uniqueId, kind, refs, config }) => ({
      name,
      id: uniqueId,
      kind,
      refs,
      severity: config.severity,
    }));

  test('names and ids are those that dbt gives', async () => {
    const project = await load(
      entry(
        "          - not_null\n          - relationships: { arguments: { to: ref('fct_orders'), field: order_id } }\n          - accepted_values: { arguments: { values: [one, two, three, four, five, six], quote: true } }\n",
      ),
    );
    expect(testsOf(project)).toEqual([
      {
        name: 'not_null_agg_orders_orders',
        id: 'test.shop.not_null_agg_orders_orders.ef30ae2bb8',
        kind: 'not_null',
        refs: ['agg_orders'],
        severity: 'error',
      },
      {
        name: 'relationships_agg_orders_orders__order_id__ref_fct_orders_',
        id: 'test.shop.relationships_agg_orders_orders__order_id__ref_fct_orders_.bd87791fec',
        kind: 'relationships',
        refs: ['agg_orders', 'fct_orders'],
        severity: 'error',
      },
      {
        name: 'accepted_values_agg_orders_orders__True__one__two__three__four__five__six',
        id: 'test.shop.accepted_values_agg_orders_orders__True__one__two__three__four__five__six.cbf9bb7e3d',
        kind: 'accepted_values',
        refs: ['agg_orders'],
        severity: 'error',
      },
    ]);
    expect(mustModel(project, 'agg_orders').tests[2]?.alias).toBe(
      'accepted_values_agg_orders_fb11f5e12971e664848e61690b9c0532',
    );
  });

  test('all settings of a test, its own before those of the project', async () => {
    const project = await load({
      'dbt_project.yml': 'name: shop\nprofile: shop\ndata_tests:\n  +severity: warn\n  +tags: [all]\n',
      ...entry(
        "          - unique:\n              name: mine\n              config: { error_if: '>10', warn_if: '!= 0', where: \"x = 1\", limit: 5, store_failures: true, fail_calc: sum(n), tags: [own], meta: { a: 1 } }\n",
      ),
    });
    const [only] = mustModel(project, 'agg_orders').tests;
    expect(only).toMatchObject({
      name: 'mine',
      line: 7,
      config: {
        severity: 'warn',
        errorIf: '>10',
        warnIf: '!= 0',
        where: 'x = 1',
        limit: 5,
        storeFailures: true,
        failCalc: 'sum(n)',
        tags: ['all', 'own'],
        meta: { a: 1 },
      },
    });
  });

  test('a test of the project gets rows, column and arguments; its refs are inputs', async () => {
    const project = await load({
      ...entry(
        "          - at_least: { arguments: { least: 3, of: ref('fct_orders') } }\n          - at_least: { config: { enabled: false } }\n",
      ),
      'tests/generic/at_least.sql':
        '{% test at_least(model, column_name, least=1, of=none) %}select * from {{ model }} where {{ column_name }} < {{ least }} or {{ column_name }} in (select x from {{ of }}){% endtest %}',
    });
    const [only, ...others] = mustModel(project, 'agg_orders').tests;
    expect(others).toEqual([]);
    if (only === undefined) throw new Error('the test is missing');
    expect(only.refs).toEqual(['agg_orders', 'fct_orders']);
    expect(await renderDataTest(project, only, { ...plainScope, rows: 'delta.new' })).toBe(
      'select * from delta.new where orders < 3 or orders in (select x from fct_orders)',
    );
  });

  test('a test of its own: settings in the file and in YAML', async () => {
    const project = await load({
      'tests/assert_some.sql':
        "{{ config(severity='warn') }}\nselect * from {{ ref('fct_orders') }} where {{ touched_in_run('a', {'fct_orders': 'a'}) }}",
      'tests/_tests.yml':
        'data_tests:\n  - name: assert_some\n    description: Some.\n    config: { tags: [x] }\n',
    });
    const [only] = project.tests;
    if (only === undefined) throw new Error('the test is missing');
    expect(only).toMatchObject({
      name: 'assert_some',
      description: 'Some.',
      refs: ['fct_orders'],
      config: { severity: 'warn', tags: ['x'] },
    });
    expect(await renderTest(project, only, plainScope)).toBe('select * from fct_orders where 1 = 1');
  });

  test('unit tests with dicts, CSV, SQL and fixtures', async () => {
    const project = await load({
      'models/marts/agg_orders.sql':
        "select count(*) + {{ var('a', 0) }} as orders -- {{ env_var('B', '') }}\nfrom {{ ref('fct_orders') }}",
      'models/marts/u.yml': `unit_tests:
  - name: counts
    model: agg_orders
    given:
      - input: ref('fct_orders')
        rows: [{ order_id: 1 }, { order_id: 2 }]
      - input: this
        format: csv
        rows: |
          orders
          1
      - input: ref('int_orders')
        format: csv
        fixture: some
    expect: { format: sql, rows: select 2 as orders }
    overrides: { macros: { is_incremental: true }, vars: { a: 1 }, env_vars: { B: 2 } }
    config: { tags: x }
`,
      'tests/fixtures/some.csv': 'order_id\n3\n',
    });
    expect(project.unitTests).toEqual([
      {
        name: 'counts',
        uniqueId: 'unit_test.shop.agg_orders.counts',
        model: 'agg_orders',
        description: '',
        given: [
          {
            input: { kind: 'model', name: 'fct_orders' },
            fixture: { format: 'dict', rows: [{ order_id: 1 }, { order_id: 2 }] },
          },
          { input: { kind: 'this' }, fixture: { format: 'csv', text: 'orders\n1\n' } },
          { input: { kind: 'model', name: 'int_orders' }, fixture: { format: 'csv', text: 'order_id\n3\n' } },
        ],
        expect: { format: 'sql', text: 'select 2 as orders' },
        overrides: { macros: { is_incremental: true }, vars: { a: 1 }, envVars: { B: '2' } },
        tags: ['x'],
        file: expect.stringContaining('u.yml') as string,
        line: 2,
      },
    ]);
  });

  test('settings that a test of the project gives itself hold under those of YAML files', async () => {
    const project = await load({
      ...entry(
        '          - odd\n          - odd: { name: loud, config: { severity: error, tags: [use] } }\n',
      ),
      'tests/generic/odd.sql':
        "{% test odd(model, column_name) %}{{ config(severity='warn', fail_calc='sum(n)', error_if='>100', tags=['own']) }}select {{ config.get('limit') or 7 }} as n from {{ model }}{% endtest %}",
    });
    const configs = mustModel(project, 'agg_orders').tests.map(({ config }) => config);
    expect(configs).toMatchObject([
      { severity: 'warn', failCalc: 'sum(n)', errorIf: '>100', tags: ['own'] },
      { severity: 'error', failCalc: 'sum(n)', errorIf: '>100', tags: ['own', 'use'] },
    ]);
  });

  test('a test of the project that switches itself off is left out, unless a use switches it on', async () => {
    const project = await load({
      ...entry('          - odd\n          - odd: { name: used, config: { enabled: true } }\n'),
      'tests/generic/odd.sql':
        '{% test odd(model, column_name) %}{{ config(enabled=false) }}select 1{% endtest %}',
    });
    expect(mustModel(project, 'agg_orders').tests.map(({ name }) => name)).toEqual(['used']);
  });

  test("dbt_utils' composite key is the engine's own", async () => {
    const project = await load({
      'models/marts/_marts.yml':
        'models:\n  - name: fct_orders\n  - name: agg_orders\n    data_tests:\n      - dbt_utils.unique_combination_of_columns: { arguments: { combination_of_columns: [a, b] } }\n',
    });
    expect(testsOf(project)).toMatchObject([
      { name: 'dbt_utils_unique_combination_of_columns_agg_orders_a__b' },
    ]);
  });

  test('store_failures_as goes before store_failures', async () => {
    const project = await load(
      entry(
        '          - unique: { config: { store_failures: true, store_failures_as: ephemeral } }\n          - not_null: { config: { store_failures_as: table, schema: kept, alias: bad_rows } }\n',
      ),
    );
    expect(mustModel(project, 'agg_orders').tests.map(({ config }) => config)).toMatchObject([
      { storeFailures: false },
      { storeFailures: true, schema: 'kept', alias: 'bad_rows' },
    ]);
  });

  test('a unit test of a model with versions is one of each, or of those it names', async () => {
    const unit = (versions: string): string =>
      `  - name: u${versions.length}\n    model: fct_orders\n${versions}    given: [{ input: ref('int_orders'), rows: [] }]\n    expect: { rows: [] }\n`;
    const project = await load({
      'models/marts/_marts.yml':
        'models:\n  - name: agg_orders\n  - name: fct_orders\n    versions: [{ v: 1 }, { v: 2 }]\n',
      'models/marts/fct_orders.sql': null,
      'models/marts/fct_orders_v1.sql': "select order_id from {{ ref('int_orders') }}",
      'models/marts/fct_orders_v2.sql': "select order_id, 1 as b from {{ ref('int_orders') }}",
      'models/marts/u.yml': `unit_tests:\n${unit('')}${unit('    versions: { exclude: [1] }\n')}${unit('    versions: { include: [1] } \n')}`,
    });
    expect(project.unitTests.map(({ uniqueId }) => uniqueId).toSorted()).toEqual([
      'unit_test.shop.fct_orders.v1.u0',
      'unit_test.shop.fct_orders.v1.u32',
      'unit_test.shop.fct_orders.v2.u0',
      'unit_test.shop.fct_orders.v2.u31',
    ]);
  });
});
