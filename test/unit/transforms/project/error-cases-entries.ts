import { marts } from './error-case.ts';
import type { Row } from './error-case.ts';
import type { Files } from './temporary-project.ts';

const versions = (text: string): Files => ({
  'models/marts/_marts.yml': `models:
  - name: agg_orders
  - name: fct_orders
${text}`,
  'models/marts/fct_orders.sql': null,
  'models/marts/fct_orders_v1.sql': "select order_id from {{ ref('int_orders') }}",
});
const unit = (text: string): Files => ({
  'models/marts/u.yml': `unit_tests:
  - name: u
    model: agg_orders
    given: [{ input: ref('fct_orders'), rows: [] }]
    expect: { rows: [] }
${text}`,
});

/** Entries of YAML files that say something of nothing, or say it twice. */
export const entriesErrors: readonly Row[] = [
  {
    what: 'tests of a seed that is none',
    files: {
      'seeds/codes.csv': 'code\n1\n',
      'seeds/s.yml': 'seeds:\n  - name: code\n    columns: [{ name: code, data_tests: [unique] }]\n',
    },
    code: 'TRANSFORM_PROPERTIES_INVALID',
    where: 's.yml:2:5',
    says: 'the seed code matches no node; did you mean codes?',
  },
  {
    what: 'tests of a model that is none',
    files: marts('  - name: agg_order\n    columns: [{ name: orders, data_tests: [unique] }]\n'),
    code: 'TRANSFORM_PROPERTIES_INVALID',
    where: '_marts.yml:7:5',
    says: 'the model agg_order matches no node',
  },
  {
    what: 'a version without its file',
    files: versions('    versions: [{ v: 1 }, { v: 2 }]\n'),
    code: 'TRANSFORM_PROPERTIES_INVALID',
    where: '_marts.yml:4:26',
    says: 'version 2 of fct_orders, which should be in fct_orders_v2.sql, matches no node',
  },
  {
    what: 'a ref to a latest version that is disabled',
    files: {
      ...versions('    versions: [{ v: 1 }, { v: 2, config: { enabled: false } }]\n'),
      'models/marts/fct_orders_v2.sql': 'select 1 as x',
    },
    code: 'TRANSFORM_UNKNOWN_REF',
    where: 'agg_orders.sql:1:35',
    says: "ref('fct_orders') means fct_orders.v2, which is disabled; there is fct_orders.v1",
  },
  {
    what: 'a column twice',
    files: marts('    columns:\n      - name: a\n      - { name: A, data_tests: [unique] }\n'),
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: '_marts.yml:9:17',
    says: 'the column A of agg_orders is described a second time',
  },
  {
    what: 'a test twice',
    files: marts('    columns:\n      - name: a\n        data_tests: [unique]\n        tests: [unique]\n'),
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: '_marts.yml:10:1',
    says: 'the test unique_agg_orders_a is declared a second time, first at',
  },
  {
    what: 'two tests of one file name',
    files: { 'tests/a/assert_x.sql': 'select 1', 'tests/b/assert_x.sql': 'select 2' },
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: 'tests/b/assert_x.sql:1:1',
    says: 'the test assert_x is declared a second time, first at',
  },
  {
    what: 'failures of two tests in one table',
    files: marts(
      '    columns:\n      - name: a\n        data_tests:\n          - unique: { config: { store_failures: true, alias: kept } }\n          - not_null: { config: { store_failures_as: table, alias: kept } }\n',
    ),
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: '_marts.yml:11:1',
    says: 'would keep their failures in one table',
  },
  {
    what: 'failures kept in a view',
    files: marts(
      '    columns:\n      - name: a\n        data_tests:\n          - unique: { config: { store_failures_as: view } }\n',
    ),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:10:',
    says: 'view is not supported',
  },
  {
    what: 'a seed described twice',
    files: {
      'seeds/codes.csv': 'code\n1\n',
      'seeds/s.yml': 'seeds:\n  - name: codes\n  - name: codes\n    description: x\n',
    },
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: 's.yml:3:5',
    says: 'the seed codes is described a second time',
  },
  {
    what: 'an override of a macro that is none',
    files: unit('    overrides: { macros: { is_incremetal: true } }\n'),
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:6:28',
    says: 'u: there is no macro is_incremetal; did you mean is_incremental?',
  },
  {
    what: 'an override of a macro that dbt does not have',
    files: unit('    overrides: { macros: { dbt.current_timestam: x } }\n'),
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:6:28',
    says: 'did you mean dbt.current_timestamp?',
  },
  {
    what: 'an override of a var that nobody reads',
    files: {
      ...unit('    overrides: { vars: { rat: 1 } }\n'),
      'models/marts/agg_orders.sql': "select {{ var('rate', 1) }} as x from {{ ref('fct_orders') }}",
    },
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:6:26',
    says: 'nothing reads the var rat; did you mean rate?',
  },
  {
    what: 'an override of an environment variable that nobody reads',
    files: unit('    overrides: { env_vars: { NOPE: 1 } }\n'),
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:6:30',
    says: 'nothing reads the environment variable NOPE',
  },
  {
    what: 'two unit tests of one name',
    files: unit('  - name: u\n    model: agg_orders\n    expect: { rows: [] }\n'),
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: 'u.yml:6:1',
    says: 'there is another unit test u of agg_orders',
  },
  {
    what: 'a unit test of a version that is none',
    files: {
      ...versions('    versions: [{ v: 1 }]\n'),
      'models/marts/u.yml':
        'unit_tests:\n  - name: u\n    model: fct_orders\n    versions: { include: [9] }\n    expect: { rows: [] }\n',
    },
    code: 'PROJECT_SETTING_INVALID',
    where: 'u.yml:4:15',
    says: 'u: fct_orders has no version 9, only 1',
  },
  {
    what: 'a setting in a test of the project that is none',
    files: {
      ...marts('    data_tests: [odd]\n'),
      'tests/generic/odd.sql': "{% test odd(model) %}\n{{ config(severity='wran') }}select 1{% endtest %}",
    },
    code: 'PROJECT_SETTING_INVALID',
    where: 'odd.sql:2:4',
    says: 'wran is none of error, warn; did you mean warn?',
  },
];
