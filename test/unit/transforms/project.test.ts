import { cp, readdir, mkdtemp, rm, writeFile, readFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadProject } from '../../../transforms/engine/project/load-project.ts';
import { renderModel } from '../../../transforms/engine/compile/compile.ts';
import { selectModels } from '../../../transforms/engine/select/select.ts';
import { projectFolder } from '../../support/platform-parts.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-project-'));
  const parts = await readdir(projectFolder);
  for (const part of parts.filter((each) => each !== 'engine'))
    await cp(join(projectFolder, part), join(folder, part), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, 'models', file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

test('the project compiles, and every mart for both engines without a template left over', async () => {
  const project = await loadProject(folder);
  expect(project.models.size).toBeGreaterThanOrEqual(25);
  for (const name of project.order) {
    if (project.models.get(name)?.layer === 'seeds') continue;
    for (const dialect of ['duckdb', 'snowflake'] as const) {
      const sql = await renderModel(project, name, {
        dialect,
        relation: (each) => each,
        source: (each) => each,
      });
      expect(sql).not.toContain('{{');
      expect(sql.toLowerCase()).toContain('select');
    }
  }
});

test('an unknown ref names the file, the place and the nearest model', async () => {
  await edit('marts/fct_payments.sql', (text) => text.replace("ref('int_payments')", "ref('int_payment')"));
  await expect(loadProject(folder)).rejects.toMatchObject({
    code: 'TRANSFORM_UNKNOWN_REF',
    where: expect.stringMatching(/fct_payments\.sql:\d+:\d+$/) as string,
    message: expect.stringContaining('did you mean int_payments?') as string,
  });
});

test('a missing mapping does not compile', async () => {
  await edit('marts/_fct_payments.yml', (text) => text.replace('          stg_shop__orders: order_id\n', ''));
  await expect(loadProject(folder)).rejects.toMatchObject({
    code: 'TRANSFORM_MISSING_MAPPING',
    message: expect.stringContaining('fct_payments reads stg_shop__orders') as string,
  });
});

test('every check of the project that warns of what was touched names the key by which it looks again', async () => {
  const { tests } = await loadProject(folder);
  const asking = tests.filter(
    ({ rawCode, config }) => config.severity === 'warn' && rawCode.includes('touched_in_run('),
  );
  expect(asking.length).toBeGreaterThan(10);
  for (const { name, config, rawCode } of asking) {
    const { looks_again_by: column } = config.meta;
    expect(rawCode.replaceAll(/--.*|config\(.*/g, ''), name).toMatch(new RegExp(`\\b${String(column)}\\b`));
  }
});

test('a keyed model that ignores the touched keys does not compile', async () => {
  await edit('intermediate/int_balance_movements.sql', (text) => text.replace(/where \{\{ touched.*$/m, ''));
  await expect(loadProject(folder)).rejects.toMatchObject({ code: 'TRANSFORM_NOT_KEYED' });
});

test('marts never read staging', async () => {
  await edit('marts/fct_payments.sql', (text) =>
    text.replace("ref('int_payments')", "ref('stg_shop__payments')"),
  );
  await expect(loadProject(folder)).rejects.toMatchObject({
    code: 'TRANSFORM_LAYER_VIOLATION',
    where: expect.stringMatching(/fct_payments\.sql:\d+:\d+$/) as string,
  });
});

test('where a dimension looks for keys is no leave to select from it', async () => {
  await edit('marts/dim_customer.sql', (text) => `${text}\n-- {{ ref('stg_shop__orders') }}`);
  await expect(loadProject(folder)).rejects.toMatchObject({ code: 'TRANSFORM_LAYER_VIOLATION' });
});

test('marts never read sources, staging never reads models', async () => {
  await edit('marts/dim_date.sql', (text) => `${text}\n-- {{ source('shop', 'orders') }}`);
  await expect(loadProject(folder)).rejects.toMatchObject({ code: 'TRANSFORM_LAYER_VIOLATION' });
});

test('a circle of refs shows its path', async () => {
  await edit('marts/dim_date.sql', (text) => `${text}\n-- {{ ref('fct_orders') }}`);
  await edit('marts/dim_customer.sql', (text) => `${text}\n-- {{ ref('dim_date') }}`);
  await edit('marts/_dim_customer.yml', (text) =>
    text.replace(
      '          stg_shop__customers: customer_id\n',
      '          stg_shop__customers: customer_id\n          dim_date: never\n',
    ),
  );
  await expect(loadProject(folder)).rejects.toMatchObject({
    code: 'TRANSFORM_CYCLE',
    message: expect.stringMatching(
      /dim_customer.*->.*dim_customer|dim_date.*->.*dim_date|fct_orders.*->.*fct_orders/,
    ) as string,
  });
});

test('bad YAML names the file and the line', async () => {
  await edit('marts/_dim_date.yml', (text) => text.replace('materialized: table', 'materialized: tabel'));
  await expect(loadProject(folder)).rejects.toMatchObject({
    code: 'PROJECT_SETTING_INVALID',
    where: expect.stringMatching(/_dim_date\.yml:\d+:\d+$/) as string,
  });
});

test('a model without properties is refused', async () => {
  await mkdir(join(folder, 'models/marts'), { recursive: true });
  await writeFile(join(folder, 'models/marts/fct_new.sql'), 'select 1 as x');
  await expect(loadProject(folder)).rejects.toMatchObject({ code: 'TRANSFORM_PROPERTIES_INVALID' });
});

test('selection follows the graph in both directions', async () => {
  const project = await loadProject(folder);
  const after = selectModels(project, { select: ['stg_shop__payments+'] });
  expect(after[0]).toBe('stg_shop__payments');
  expect(after).toEqual(expect.arrayContaining(['int_payments', 'fct_orders', 'fct_payments']));
  expect(after).not.toContain('stg_shop__orders');
  expect(selectModels(project, { select: ['+dim_product'] })).toEqual([
    'stg_shop__cancellation_lines',
    'stg_shop__order_lines',
    'stg_shop__products',
    'stg_shop__sellers',
    'stg_shopify__order_lines',
    'int_products__versions',
    'int_sellers__versions',
    'dim_product',
  ]);
});
