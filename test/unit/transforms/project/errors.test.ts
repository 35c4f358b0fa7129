import { expect, test } from 'vitest';
import { marts } from './error-case.ts';
import { yamlErrors } from './error-cases-yaml.ts';
import { settingsErrors } from './error-cases-settings.ts';
import { sqlErrors } from './error-cases-sql.ts';
import { entriesErrors } from './error-cases-entries.ts';
import { relationsErrors } from './error-cases-relations.ts';
import { testsErrors } from './error-cases-tests.ts';
import { load, mart } from './temporary-project.ts';

const rows = [
  ...yamlErrors,
  ...settingsErrors,
  ...sqlErrors,
  ...testsErrors,
  ...relationsErrors,
  ...entriesErrors,
];

test.each(rows)('$what', async ({ files, code, where, says }) => {
  const error: unknown = await load(files).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code, message: expect.stringContaining(says) as string });
  expect(String((error as { where?: string }).where)).toContain(where);
});

test('defects that do not hinder each other are told together, the first one first', async () => {
  const files = {
    ...marts('    descriptoin: x\n    owner: y\n'),
    'models/intermediate/_intermediate.yml': 'version: 2\nmodels:\n  - nam: int_orders\n',
  };
  await expect(load(files)).rejects.toMatchObject({
    code: 'PROJECT_SETTING_INVALID',
    where: expect.stringContaining('_intermediate.yml:3:5') as string,
    message: expect.stringMatching(/4 more found|3 more found/) as string,
  });
});

test('refs that lead nowhere are told for every model at once', async () => {
  const files = {
    'models/marts/fct_orders.sql': "select * from {{ ref('int_order') }}",
    ...mart("select * from {{ ref('fct_order') }}"),
  };
  await expect(load(files)).rejects.toMatchObject({
    message: expect.stringContaining("ref('fct_order')") as string,
  });
  await expect(load(files)).rejects.toMatchObject({
    message: expect.stringContaining("ref('int_order')") as string,
  });
});

test('one defect that several models reach is told once', async () => {
  const files = {
    'macros/m.sql': '{% macro a() %}{{ nope() }}{% endmacro %}',
    'models/marts/fct_orders.sql': '{{ a() }} select 1 as x',
    ...mart('{{ a() }} select 1 as x'),
  };
  await expect(load(files)).rejects.toMatchObject({
    message: expect.not.stringContaining('more found') as string,
  });
});

test('entries without tests that match nothing, and packages, are warned of', async () => {
  const warnings: string[] = [];
  const files = {
    'tests/assert_some.sql': 'select 1',
    'tests/t.yml': 'data_tests: [{ name: assert_som }]\nmacros: [{ name: ghost, description: x }]\n',
    'seeds/codes.csv': 'code\n1\n',
    'seeds/s.yml': 'seeds: [{ name: code }]\n',
    ...marts('  - name: agg_order\n'),
    'packages.yml': 'packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n',
  };
  await load(files, { onWarning: (message) => warnings.push(message.replace(/^\/\S*\//, '')) });
  expect(warnings.toSorted()).toEqual([
    '_marts.yml:7:5: the model agg_order matches no node',
    expect.stringContaining('packages.yml:1:1: packages are not loaded') as string,
    's.yml:1:9: the seed code matches no node; did you mean codes?',
    't.yml:1:14: the test assert_som matches no node; did you mean assert_some?',
    't.yml:2:10: the macro ghost matches no node',
  ]);
});
