import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Models by layer of a project of a thousand, in the proportions of a grown dbt project. */
const shares = { staging: 0.2, intermediate: 0.3 } as const;
const sourceTables = 50;

interface File {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a project of `count` models: staging over sources, inlined intermediate models of macros and joins, marts on
 * two inputs each; every model documented and tested in YAML. Resolves to the file of a model that others inline.
 */
export async function writeSyntheticProject(folder: string, count: number): Promise<string> {
  const staging = Math.round(count * shares.staging);
  const intermediate = Math.round(count * shares.intermediate);
  const marts = count - staging - intermediate;
  const files: File[] = [
    {
      path: 'dbt_project.yml',
      text: `name: synthetic\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n`,
    },
    { path: 'models/staging/_sources.yml', text: sourcesYaml() },
    { path: 'tests/assert_mart_0.sql', text: `select * from {{ ref('mart_0') }} where id is null\n` },
    ...range(staging).flatMap((n) => model('staging', `stg_${n}`, stagingSql(n), 'latest')),
    ...range(intermediate).flatMap((n) =>
      model('intermediate', `int_${n}`, intermediateSql(n, staging), 'ephemeral'),
    ),
    ...range(marts).flatMap((n) => model('marts', `mart_${n}`, martSql(n, intermediate), 'table')),
  ];
  await Promise.all(files.map((file) => writeAt(path.join(folder, file.path), file.text)));
  return path.join(folder, 'models/intermediate/int_0.sql');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

async function writeAt(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function model(layer: string, name: string, sql: string, materialized: string): readonly File[] {
  const key = materialized === 'ephemeral' ? '' : ', unique_key: id';
  const columns = range(8).map(
    (n) => `      - { name: column_${n}, description: 'Column ${n} of ${name}.' }`,
  );
  const yaml = `version: 2

models:
  - name: ${name}
    description: Model ${name} of a synthetic project.
    config: { materialized: ${materialized}${key} }
    columns:
      - name: id
        description: 'Key.'
        data_tests: [unique, not_null]
${columns.join('\n')}
`;
  return [
    { path: `models/${layer}/${name}.sql`, text: sql },
    { path: `models/${layer}/_${name}.yml`, text: yaml },
  ];
}

function sourcesYaml(): string {
  const tables = range(sourceTables).map((n) => `      - name: table_${n}`);
  return `version: 2\n\nsources:\n  - name: shop\n    tables:\n${tables.join('\n')}\n`;
}

function stagingSql(n: number): string {
  const fields = range(8).map((each) => `  {{ field('column_${each}', 'text') }},`);
  return `select
  {{ field('id', 'bigint') }},
${fields.join('\n')}
  {{ cdc_columns() }}
from {{ source('shop', 'table_${n % sourceTables}') }}
`;
}

function intermediateSql(n: number, staging: number): string {
  const columns = range(8).map((each) => `  a.column_${each},`);
  return `-- Joins two staging models and reckons amounts.
select
  a.id,
${columns.join('\n')}
  {{ minor('a.column_1 * b.column_2', "'USD'") }} as amount_minor,
  {{ business_date('a.column_3') }} as day
from {{ ref('stg_${n % staging}') }} as a
join {{ ref('stg_${(n * 7 + 1) % staging}') }} as b on b.id = a.id
`;
}

function martSql(n: number, intermediate: number): string {
  const columns = range(8).map((each) => `  i.column_${each},`);
  return `-- A mart of two inputs.
select
  i.id,
  {{ hash_key('i.id', 'i.column_1') }} as key,
${columns.join('\n')}
  i.amount_minor
from {{ ref('int_${n % intermediate}') }} as i
left join {{ ref('int_${(n * 3 + 1) % intermediate}') }} as s on s.id = i.id
`;
}
