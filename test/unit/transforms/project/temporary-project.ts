import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { renderModel } from '../../../../transforms/engine/compile/compile.ts';
import type { CompileScope } from '../../../../transforms/engine/compile/compile.ts';
import { loadProject } from '../../../../transforms/engine/project/load-project.ts';
import type { LoadOptions } from '../../../../transforms/engine/project/load-project.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';

/** Files of a small project; a name that is not there is taken from `smallProject`, null leaves it out. */
export type Files = Readonly<Record<string, string | null>>;

/** One source, a staging model on it, an inlined one and two marts. */
export const smallProject: Files = {
  'dbt_project.yml': "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n",
  'models/staging/_staging.yml': `version: 2
sources:
  - name: erp
    tables:
      - name: orders
      - name: lines
models:
  - name: stg_orders
    description: Orders.
    config: { materialized: latest, unique_key: order_id }
`,
  'models/staging/stg_orders.sql':
    "select {{ field_as('id', 'bigint', 'order_id') }}\nfrom {{ source('erp', 'orders') }}\n",
  'models/intermediate/_intermediate.yml':
    'version: 2\nmodels:\n  - name: int_orders\n    description: Orders again.\n',
  'models/intermediate/int_orders.sql':
    "select order_id from {{ ref('stg_orders') }} where {{ touched('order_id') }}\n",
  'models/marts/_marts.yml': `version: 2
models:
  - name: fct_orders
    description: Orders, counted.
    config:
      materialized: table
      unique_key: order_id
    columns:
      - name: order_id
        description: The key.
        data_tests: [unique, not_null]
  - name: agg_orders
    description: How many.
`,
  'models/marts/fct_orders.sql': "select order_id from {{ ref('int_orders') }} as o\n",
  'models/marts/agg_orders.sql': "select count(*) as orders from {{ ref('fct_orders') }}\n",
};

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** Writes a project into a folder of its own, which goes when the test file is done. */
export async function writeProject(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-authoring-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ ...smallProject, ...files })) {
    if (text !== null) await writeFileAt(folder, name, text);
  }
  return folder;
}

export async function writeFileAt(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

/** Writes and loads a project; the environment is empty unless given. */
export async function load(files: Files = {}, options: LoadOptions = {}): Promise<Project> {
  return await loadProject(await writeProject(files), { env: {}, ...options });
}

/** The small project with one mart's SQL replaced. */
export function mart(sql: string): Files {
  return { 'models/marts/agg_orders.sql': sql };
}

/** Names for relations: themselves. */
export const plainScope = {
  dialect: 'duckdb' as const,
  relation: (name: string) => name,
  source: (name: string) => name,
};

/** Two vars, one of them of the project's own section. */
export const plainVars = 'name: shop\nprofile: shop\nvars:\n  zone: Europe/Berlin\n  shop: { rate: 7 }\n';

/** The SQL of agg_orders in a small project with these two vars. */
export async function rendered(
  sql: string,
  files: Files = {},
  scope: Partial<CompileScope> = {},
): Promise<string> {
  const project = await load({ 'dbt_project.yml': plainVars, ...mart(sql), ...files });
  return await renderModel(project, 'agg_orders', { ...plainScope, ...scope });
}

/** A project's macros in one file. */
export const macros = (text: string): Files => ({ 'macros/m.sql': text });
