import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rawTables } from './tables.ts';
import type { RawTable } from './tables.ts';

export type Tool = 'engine' | 'dbt';

const shared = fileURLToPath(new URL('project', import.meta.url));

/** One project for both tools; only how a staging model finds the newest row of a key is the tool's own. */
export async function writeProject(folder: string, tool: Tool): Promise<void> {
  await cp(shared, folder, { recursive: true });
  const staging = path.join(folder, 'models', 'staging');
  await mkdir(staging, { recursive: true });
  for (const table of rawTables) {
    const sql = tool === 'engine' ? engineStaging(table) : dbtStaging(table);
    await writeFile(path.join(staging, `stg_shop__${table.name}.sql`), sql);
  }
}

/** The platform keeps the newest row of a key by itself. */
function engineStaging({ name, key, fields }: RawTable): string {
  const columns = fields.map(
    (field) => `  {{ field_as('${field.name}', '${field.type}', '${field.as ?? field.name}') }},`,
  );
  return `{{ config(materialized='latest', unique_key='${key}') }}
select
${columns.join('\n')}
  {{ cdc_columns() }}
from {{ source('shop', '${name}') }}
`;
}

const reading = {
  text: (text: string) => text,
  bigint: (text: string) => `cast(${text} as bigint)`,
  integer: (text: string) => `cast(${text} as integer)`,
  money: (text: string) => `cast(${text} as decimal(14, 2))`,
  timestamp: (text: string) => `cast(cast(${text} as timestamptz) as timestamp)`,
} as const;

/** As a dbt user keeps the newest row of a key over a log of changes: what was loaded since, deduplicated, merged. */
function dbtStaging({ name, key, fields }: RawTable): string {
  const columns = fields.map(
    (field) => `  ${reading[field.type](`data->>'$.${field.name}'`)} as ${field.as ?? field.name},`,
  );
  return `{{ config(materialized='incremental', incremental_strategy='merge', unique_key='${key}') }}
with ranked as (
  select *, row_number() over (partition by data->>'$.id' order by _position desc, _ordinal desc) as newest
  from {{ source('shop', '${name}') }}
  {{ newer_only('_loaded_at') }}
)
select
${columns.join('\n')}
  _loaded_at
from ranked
where newest = 1
`;
}

/** The two texts between which the one changed model is edited. */
const texts = [`status = 'succeeded'`, `status in ('succeeded', 'pending')`] as const;

/** Writes the first or the second version of the intermediate model that two marts read. */
export async function editModel(folder: string, version: 0 | 1): Promise<void> {
  const file = path.join('models', 'intermediate', 'int_orders__payments.sql');
  const text = await readFile(path.join(shared, file), 'utf8');
  if (!text.includes(texts[0])) throw new Error(`${file} no longer says ${texts[0]}`);
  await writeFile(path.join(folder, file), text.replace(texts[0], texts[version]));
}
