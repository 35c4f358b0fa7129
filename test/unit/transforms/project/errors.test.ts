import { expect, test } from 'vitest';
import { marts } from './error-case.ts';
import { yamlErrors } from './error-cases-yaml.ts';
import { settingsErrors } from './error-cases-settings.ts';
import { sqlErrors } from './error-cases-sql.ts';
import { testsErrors } from './error-cases-tests.ts';
import { load, mart } from './temporary-project.ts';

const rows = [...yamlErrors, ...settingsErrors, ...sqlErrors, ...testsErrors];

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
