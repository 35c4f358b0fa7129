import { expect, test } from 'vitest';
import { ensureLoadSchema } from '../../../../ingest/landing/raw-tables.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../../warehouse/warehouse.ts';
import { engineOn } from '../../../support/platform-parts.ts';
import { appendBatch, createRawTables } from '../../../support/raw-log.ts';
import {
  customerRow,
  lineRow,
  orderRow,
  paymentRow,
  productRow,
  removal,
} from '../../../support/shop-rows.ts';
import { findings } from '../../../support/snowflake-lints.ts';
import type { Finding } from '../../../support/snowflake-lints.ts';
import { playedBack, scripted } from '../../../support/snowflake-script.ts';
import type { Sent } from '../../../support/snowflake-script.ts';
import { smallProject, writeFileAt, writeProject } from '../project/temporary-project.ts';
import type { Files } from '../project/temporary-project.ts';

/** What is done on a warehouse; rows are put into raw past it, where there is a DuckDB below it. */
type Play = (warehouse: Warehouse, duckdb: DuckdbWarehouse | undefined) => Promise<void>;
type Script = Parameters<typeof scripted>[1];

const firstRows = [
  productRow(1, '1'),
  customerRow(2, '1'),
  orderRow(3, '1', { customer_id: '1' }),
  lineRow(4, '1', '1'),
  paymentRow(5, '1', '1'),
];
const secondRows = [
  customerRow(6, '1', { city: 'Rome', updated_at: '2026-03-02 00:00:00+00' }),
  orderRow(7, '2', { customer_id: '2' }),
  lineRow(8, '2', '2'),
  lineRow(9, '1', '2'),
  removal(10, 'payments', '1'),
];
const first = { id: 'b1', from: 0, to: 5, entries: firstRows };
const second = { id: 'b2', from: 5, to: 10, entries: secondRows };
const threads = 1;

/** Each kind of model that the shop has none of, over a seed that changes. */
const kinds: Files = {
  'dbt_project.yml': 'name: shopwave\nversion: 1.0.0\nconfig-version: 2\nprofile: shopwave\n',
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\nGBP,1.3\n',
  'models/intermediate/int_rates.sql':
    "select currency, rate, {{ hash_key('currency') }} as rate_key from {{ ref('rates') }}",
  'models/marts/rate_table.sql': "select currency, rate from {{ ref('int_rates') }}",
  'models/marts/rate_log.sql': "select currency, rate from {{ ref('rate_table') }}",
  'models/marts/rate_merge.sql': "select currency, rate from {{ ref('rates') }}",
  'models/marts/rate_replace.sql': "select currency, rate from {{ ref('rates') }}",
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
  - name: rate_replace
    description: 'Deleted and inserted.'
    config: { materialized: incremental, incremental_strategy: delete+insert, unique_key: currency }
  - name: rate_keyed
    description: 'By touched key, through a view.'
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: rate_key
      meta: { touch_key: currency, touched_by: { rates: currency } }
`,
};

const changes = 'currency,rate\nEUR,1.2\nJPY,0.01\n';

/** Runs a play on DuckDB, then on a Snowflake that answers as DuckDB did; resolves to what that was sent. */
async function sentIn(play: Play): Promise<Sent[]> {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:' });
  const script: Script = [];
  try {
    await play(scripted(duckdb, script), duckdb);
    const { warehouse, sent } = playedBack(script);
    await play(warehouse, undefined);
    return sent;
  } finally {
    await duckdb.close();
  }
}

const plays: Readonly<Record<string, Play>> = {
  'loads its raw tables': (warehouse) => ensureLoadSchema(warehouse, 'shop', ['orders', 'order_lines']),
  'stages, builds, builds anew, runs again, fills back and tests the shop': async (warehouse, duckdb) => {
    const transforms = await engineOn(warehouse);
    await transforms.setup();
    if (duckdb !== undefined) await createRawTables(duckdb);
    if (duckdb !== undefined) await appendBatch(duckdb, first);
    await transforms.stage();
    await transforms.build({ threads });
    if (duckdb !== undefined) await appendBatch(duckdb, second);
    await transforms.stage();
    await transforms.build({ threads });
    await transforms.build({ threads, fullRefresh: true });
    await transforms.rerun(2, { threads });
    await transforms.backfill({ models: ['fct_orders'], from: '2026-03-01', to: '2026-03-02', threads });
    await transforms.test();
    await transforms.heldBack();
  },
  'builds every other kind of model, from seeds that change': async (warehouse) => {
    const folder = await writeProject({
      ...Object.fromEntries(Object.keys(smallProject).map((name) => [name, null])),
      ...kinds,
    });
    for (const rates of [undefined, changes]) {
      if (rates !== undefined) await writeFileAt(folder, 'seeds/rates.csv', rates);
      const transforms = await engineOn(warehouse, { projectFolder: folder });
      await transforms.setup();
      await transforms.build({ threads });
    }
  },
};

/** What is known to be wrong and waits for somebody. Once it is put right the last test fails: then its line goes. */
const known: ReadonlyArray<readonly [lint: string, sql: RegExp]> = [];

const found: Finding[] = [];

test.each(Object.entries(plays))(
  'an engine that %s sends Snowflake what it takes',
  async (_, play) => {
    const sent = await sentIn(play);
    expect(sent.length).toBeGreaterThan(2);
    const here = await findings(sent);
    found.push(...here);
    const isKnown = (each: Finding): boolean =>
      known.some(([lint, sql]) => lint === each.lint && sql.test(each.sql));
    expect(here.filter((each) => !isKnown(each))).toEqual([]);
  },
  120_000,
);

test('what is known to be wrong still is', () => {
  const isFound = ([lint, sql]: (typeof known)[number]): boolean =>
    found.some((each) => lint === each.lint && sql.test(each.sql));
  expect(known.filter((each) => !isFound(each))).toEqual([]);
});

test('the lints find what they are for', async () => {
  const wrong = (sql: string, isInTransaction = false): Promise<Finding[]> =>
    findings([{ how: 'execute', sql, params: [], isInTransaction }]);
  for (const sql of [
    'select a from t except all select a from u',
    'create table t (rows bigint not null)',
    'insert into t (a, rows, b) select 1, 2, 3',
    'select sum(rows) as n from t',
    'select t.start from t',
    'select typeof(a) from t',
    "select data->>'$.a' from t",
    'select a from',
  ]) {
    expect(await wrong(sql), sql).not.toEqual([]);
  }
  expect(await wrong('create table t (a bigint)')).toEqual([]);
  expect(await wrong('create table t (a bigint)', true)).toHaveLength(1);
  const fine =
    "/* {} */ select 'rows', sum(a) over (order by b rows between unbounded preceding and current row) as row_count from t";
  expect(await wrong(fine)).toEqual([]);
});
