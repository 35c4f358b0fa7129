import { marts, project, settings } from './error-case.ts';
import type { Row } from './error-case.ts';
import { mart } from './temporary-project.ts';

const name = (config: string, says: string): Row => ({
  what: `no name: ${config}`,
  files: settings(config),
  code: 'PROJECT_SETTING_INVALID',
  where: '_marts.yml:5:1',
  says,
});

/** What models become in the warehouse, and who they belong to. */
export const relationsErrors: readonly Row[] = [
  name('{ alias: a b; drop table x }', 'alias "a b; drop table x" is no name'),
  name('{ schema: "x\'" }', 'schema "marts_x\'" is no name'),
  name('{ materialized: table, unique_key: "a, b" }', 'unique_key "a, b" is no name'),
  {
    what: 'a schema of the platform',
    files: {
      'macros/g.sql': '{% macro generate_schema_name(custom, node) %}raw{% endmacro %}',
      ...mart('select 1 as x'),
    },
    code: 'PROJECT_SETTING_INVALID',
    where: '_staging.yml:8:1',
    says: "the schema raw is the platform's own",
  },
  {
    what: 'two models of one relation, in whatever case',
    files: settings('{ alias: FCT_orders }'),
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: '_marts.yml:3:1',
    says: 'would both be marts.fct_orders',
  },
  {
    what: 'a model in the place of the state of another',
    files: {
      ...settings('{ alias: stg_orders__state }'),
      'macros/g.sql': '{% macro generate_schema_name(custom_schema_name, node) %}dev{% endmacro %}',
    },
    code: 'TRANSFORM_DUPLICATE_NAME',
    where: '_marts.yml:5:1',
    says: 'dev.stg_orders__state',
  },
  {
    what: 'a contract without a type',
    files: settings(
      '{ contract: { enforced: true } }\n    columns:\n      - { name: a, data_type: bigint }\n      - name: b',
    ),
    code: 'TRANSFORM_PROPERTIES_INVALID',
    where: '_marts.yml:10:1',
    says: 'its column b has no data_type',
  },
  {
    what: 'a group that is none',
    files: marts('    config: { group: finanze }\ngroups:\n  - { name: finance, owner: { name: x } }\n'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:5:1',
    says: 'there is no group finanze; did you mean finance?',
  },
  {
    what: 'a hook with a misspelt macro',
    files: {
      'macros/m.sql': '{% macro grant_all(to) %}grant select on {{ this }} to {{ to }}{% endmacro %}',
      ...mart('select 1 as x\n{{ config(post_hook=\'{{ grant_al("x") }}\') }}'),
    },
    code: 'COMPILE_UNKNOWN_NAME',
    where: 'agg_orders.sql:2:25',
    says: 'did you mean grant_all?',
  },
  {
    what: 'a hook with an unclosed tag',
    files: settings('{ pre_hook: "delete from {{ this" }'),
    code: 'JINJA_SYNTAX',
    where: '_marts.yml:5:',
    says: '',
  },
  {
    what: 'a hook that refers to nothing',
    files: settings('{ pre_hook: "delete from {{ ref(\'fct_order\') }}" }'),
    code: 'TRANSFORM_UNKNOWN_REF',
    where: '_marts.yml:5:',
    says: 'did you mean fct_orders?',
  },
  {
    what: 'a statement before every run',
    files: project('on-run-start:\n  - "create table x (y int)"\n'),
    code: 'PROJECT_UNSUPPORTED',
    where: 'dbt_project.yml:3:1',
    says: 'use pre_hook or post_hook',
  },
  {
    what: 'a statement after every run',
    files: project('on-run-end: "{{ nope() }}"\n'),
    code: 'PROJECT_UNSUPPORTED',
    where: 'dbt_project.yml:3:1',
    says: 'on-run-end is not supported',
  },
  ...(
    [
      ['schema: raw_erp', '', 'erp: schema: raw_erp', '_staging.yml:4:5'],
      ['database: other', '', 'erp: database: other', '_staging.yml:4:5'],
      ['loader: x', 'identifier: order_tbl', 'erp.orders: identifier: order_tbl', '_staging.yml:7:9'],
    ] as const
  ).map(([source, table, says, where]) => ({
    what: `a raw table elsewhere: ${says}`,
    files: {
      'models/staging/_staging.yml': `version: 2
sources:
  - name: erp
    ${source}
    tables:
      - name: orders
        ${table === '' ? 'loader: x' : table}
models:
  - name: stg_orders
    config: { materialized: latest, unique_key: order_id }
`,
    },
    code: 'PROJECT_UNSUPPORTED',
    where,
    says,
  })),
];
