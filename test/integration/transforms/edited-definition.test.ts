import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn } from '../../support/platform-parts.ts';

const model = 'models/marts/rate_keyed.sql';

/** A keyed model that may not be rebuilt, and one beside it. */
const files: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\n',
  'profiles.yml': 'shopwave: { target: local, outputs: { local: { type: duckdb, path: ":memory:" } } }\n',
  'seeds/rates.csv': 'currency,bid,ask,seen\nEUR,1,2,2026-01-01 09:00:00\nGBP,3,4,2026-01-02 18:00:00\n',
  [model]: "select currency, bid, ask, seen from {{ ref('rates') }} where {{ touched('currency') }}",
  'models/marts/rate_table.sql': "select currency, bid from {{ ref('rates') }}",
  'models/models.yml': `
models:
  - { name: rate_table, description: 'A table.', config: { materialized: table, unique_key: currency } }
  - name: rate_keyed
    description: 'By touched key.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: currency
      full_refresh: false
      meta: { touch_key: currency, prune_by: seen, touched_by: { rates: currency } }
`,
};

let folder: string;
let warehouse: DuckdbWarehouse;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-edited-'));
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

async function open(): Promise<Transforms> {
  const transforms = await engineOn(warehouse, { projectFolder: folder });
  await transforms.setup();
  return transforms;
}

const moreRates = (eur: string): Promise<void> =>
  write(
    'seeds/rates.csv',
    `currency,bid,ask,seen\n${eur}\nGBP,7,8,2026-01-02 18:00:00\nJPY,5,6,2026-01-03 23:59:00\n`,
  );

const rates = async (): Promise<string[]> =>
  (await warehouse.query('select currency, bid, ask from marts.rate_keyed order by 1, 2')).map((row) =>
    Object.values(row).join(' '),
  );

test('a keyed model with its columns in another order goes on by key, each value in its column', async () => {
  await (await open()).build();
  await write(
    model,
    "select currency, ask, seen, bid from {{ ref('rates') }} where {{ touched('currency') }}",
  );
  await moreRates('EUR,1,2,2026-01-01 09:00:00');
  const result = await (await open()).build();
  expect(result.models.find((each) => each.model === 'rate_keyed')).toMatchObject({
    kind: 'incremental',
    removed: 1,
    added: 2,
  });
  expect(await rates()).toEqual(['EUR 1 2', 'GBP 7 8', 'JPY 5 6']);
});

test('a column that an edit adds without a rebuild holds the model back, and nothing else', async () => {
  await (await open()).build();
  await write(
    model,
    "select currency, bid, ask, seen, 1 as more from {{ ref('rates') }} where {{ touched('currency') }}",
  );
  await moreRates('EUR,1,2,2026-01-01 09:00:00');
  const { held, models } = await (await open()).build();
  expect(held).toMatchObject([
    { model: 'rate_keyed', reasons: [expect.stringContaining('TRANSFORM_SCHEMA_CHANGED')] },
  ]);
  expect(models.find((each) => each.model === 'rate_table')).toMatchObject({ status: 'published' });
  expect(await rates()).toEqual(['EUR 1 2', 'GBP 3 4']);
});

test('a table that was changed by hand is not published over, and no other mart is published without it', async () => {
  await (await open()).build();
  const head = await warehouse.query('select version from _meta.head');
  await moreRates('EUR,1,2,2026-01-01 09:00:00');
  await warehouse.execute("delete from marts.rate_keyed where currency = 'GBP'");
  await warehouse.execute(
    "insert into marts.rate_keyed values ('GBP', 7, 8, '2026-01-02 18:00:00'), ('GBP', 3, 4, '2026-01-02 18:00:00')",
  );
  await expect((await open()).build()).rejects.toMatchObject({ code: 'TRANSFORM_DELTA_MISMATCH' });
  expect(await warehouse.query('select version from _meta.head')).toEqual(head);
  expect(await warehouse.query('select count(*) as n from marts.rate_table')).toEqual([{ n: 2n }]);
  expect(await warehouse.query('select count(*) as n from feed.rate_table')).toEqual([{ n: 0n }]);
});
