import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createTransforms } from '../../../transforms/engine/transforms.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';

/** A project of its own, without sources: what a seed holds flows through every kind of model. */
const files: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\n',
  'profiles.yml': 'shopwave: { target: local, outputs: { local: { type: duckdb, path: ":memory:" } } }\n',
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\nGBP,1.3\n',
  'models/intermediate/int_rates.sql':
    "select currency, rate, {{ hash_key('currency') }} as rate_key from {{ ref('rates') }}",
  'models/marts/rate_table.sql': "select currency, rate from {{ ref('int_rates') }}",
  'models/marts/rate_log.sql': "select currency, rate from {{ ref('rate_table') }}",
  'models/marts/rate_merge.sql': `select currency, rate from {{ ref('rates') }}
    {% if is_incremental() %}
    where currency not in (select t.currency from {{ this }} as t where t.currency = 'EUR')
    {% endif %}`,
  'models/marts/rate_keyed.sql':
    "select rate_key, currency, rate from {{ ref('int_rates') }} where {{ touched('currency') }}",
  'models/models.yml': `
models:
  - { name: int_rates, description: 'Rates with a key.', config: { materialized: view } }
  - { name: rate_table, description: 'A table.', config: { materialized: table, unique_key: currency } }
  - { name: rate_log, description: 'Appended.', config: { materialized: incremental, incremental_strategy: append } }
  - name: rate_merge
    description: 'Merged.'
    config: { materialized: incremental, incremental_strategy: merge, unique_key: currency }
  - name: rate_keyed
    description: 'By touched key, through a view.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: rate_key
      meta: { touch_key: currency, touched_by: { rates: currency } }
`,
};

let folder: string;
let warehouse: DuckdbWarehouse;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-kinds-'));
  for (const [path, text] of Object.entries(files)) await write(path, text);
  warehouse = await openDuckdbWarehouse({ path: ':memory:' });
});
afterEach(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** As a fresh process would: the project is read anew. */
async function open(): Promise<Transforms> {
  const transforms = await createTransforms({
    warehouse,
    projectFolder: folder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await transforms.setup();
  return transforms;
}

const rates = async (relation: string): Promise<string[]> => {
  const rows = await warehouse.query(`select currency, rate from ${relation} order by currency, rate`);
  return rows.map((row) => `${String(row['currency'])} ${String(row['rate'])}`);
};

test('a changed seed flows through view, table, append, merge and keyed models as the rows that changed', async () => {
  await (await open()).build();
  for (const relation of ['seeds.rates', 'intermediate.int_rates', 'marts.rate_table', 'marts.rate_keyed']) {
    expect(await rates(relation)).toEqual(['EUR 1.1', 'GBP 1.3']);
  }
  await write('seeds/rates.csv', 'currency,rate\nEUR,1.2\nGBP,1.4\nJPY,0.01\n');
  const result = await (await open()).build();
  const changes = Object.fromEntries(
    result.models.map(({ model, removed, added }) => [model, { removed, added }]),
  );
  expect(changes).toMatchObject({
    rates: { removed: 2, added: 3 },
    rate_table: { removed: 2, added: 3 },
    rate_keyed: { removed: 2, added: 3 },
  });
  for (const relation of ['seeds.rates', 'intermediate.int_rates', 'marts.rate_table', 'marts.rate_keyed']) {
    expect(await rates(relation)).toEqual(['EUR 1.2', 'GBP 1.4', 'JPY 0.01']);
  }
  expect(await rates('marts.rate_merge')).toEqual(['EUR 1.1', 'GBP 1.4', 'JPY 0.01']);
  expect(await rates('marts.rate_log')).toEqual(['EUR 1.1', 'EUR 1.2', 'GBP 1.3', 'GBP 1.4', 'JPY 0.01']);
});

test('a build without news appends nothing and publishes nothing', async () => {
  await (await open()).build();
  const before = await rates('marts.rate_log');
  expect(await (await open()).build()).toMatchObject({ published: false });
  expect(await rates('marts.rate_log')).toEqual(before);
});

test('an edit that changes no row publishes no row, and is not looked at again', async () => {
  await (await open()).build();
  await write('models/marts/rate_table.sql', "select currency, rate + 0 as rate from {{ ref('int_rates') }}");
  const result = await (await open()).build();
  expect(result.models.find(({ model }) => model === 'rate_table')).toMatchObject({ removed: 0, added: 0 });
  expect(result.models.find(({ model }) => model === 'rate_log')).toMatchObject({ kind: 'skip' });
  expect(await (await open()).build()).toMatchObject({ published: false });
});
