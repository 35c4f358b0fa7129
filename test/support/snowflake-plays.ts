import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureLoadSchema } from '../../ingest/landing/raw-tables.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { land, loadBatch, prepareRaw } from '../conformance/warehouse/landed.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { engineOn } from './platform-parts.ts';
import { appendBatch, createRawTables } from './raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow, removal } from './shop-rows.ts';
import { playedBack, scripted } from './snowflake-script.ts';
import type { Beside, Sent } from './snowflake-script.ts';

/** Where a play's raw rows are put, past the engine. */
export interface RawLog {
  readonly create: () => Promise<void>;
  readonly append: (batch: Parameters<typeof appendBatch>[1]) => Promise<void>;
}

/** What is done on a warehouse. */
export type Play = (warehouse: Warehouse, raw: RawLog) => Promise<void>;

/** Where there is nothing below the answers. */
const noRaw: RawLog = { create: () => Promise.resolve(), append: () => Promise.resolve() };

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
// One model after the other: the second run must send what the first did, in its order.
const threads = 1;

/** What is not a whole row of one key, and what is no row at all. */
const { city: _city, ...moved } = customerRow(8, '2').data;
const changes = [
  {
    id: 'c1',
    from: 5,
    to: 12,
    entries: [
      { table: 'orders', op: 't' as const, position: 6, data: {} },
      removal(8, 'customers', '1'),
      { table: 'customers', op: 'c' as const, position: 8, ordinal: 2, data: moved, unchanged: ['city'] },
      paymentRow(9, '2', '1', { amount: 'NaN' }),
      { ...paymentRow(10, '1', '1'), unchanged: ['amount'] },
    ],
  },
  {
    id: 's1',
    source: 'shop_snapshots',
    from: 0,
    to: 1,
    entries: [
      { table: 'products', op: 's' as const, position: 7, data: {} },
      { ...productRow(7, '2'), op: 'r' as const },
    ],
  },
];

/** Each kind of model that the shop has none of, over a seed that changes. */
const kinds: Readonly<Record<string, string>> = {
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

const changedRates = { 'seeds/rates.csv': 'currency,rate\nEUR,1.2\nJPY,0.01\n' };

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-plays-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The one that leaves a whole star. */
export const shopPlay = 'stages, builds, builds anew, runs again, fills back and tests the shop';

/** Everything that the engine and the loader do on a warehouse, from nothing. */
export const plays: Readonly<Record<string, Play>> = {
  'loads its raw tables': (warehouse) => ensureLoadSchema(warehouse, 'shop', ['orders', 'order_lines']),
  'loads landed batches, one of them twice': (warehouse) =>
    withFolder(async (folder) => {
      await prepareRaw(warehouse);
      const batches = [
        await land(folder, { count: 1, from: 0, to: 5, entries: firstRows }),
        await land(folder, { count: 2, from: 5, to: 10, entries: secondRows }),
      ];
      for (const batch of [...batches, ...batches.slice(1)]) await loadBatch(warehouse, batch);
    }),
  [shopPlay]: async (warehouse, raw) => {
    const transforms = await engineOn(warehouse);
    await transforms.setup();
    await raw.create();
    await raw.append(first);
    await transforms.stage();
    await transforms.build({ threads });
    await raw.append(second);
    await transforms.stage();
    await transforms.build({ threads });
    await transforms.build({ threads, fullRefresh: true });
    await transforms.rerun(2, { threads });
    await transforms.backfill({ models: ['fct_orders'], from: '2026-03-01', to: '2026-03-02', threads });
    await transforms.test();
    await transforms.heldBack();
  },
  'stages truncates, snapshots, rows that leave values out and rows that cannot be staged': async (
    warehouse,
    raw,
  ) => {
    const transforms = await engineOn(warehouse);
    await transforms.setup();
    await raw.create();
    await raw.append(first);
    await transforms.stage();
    for (const batch of changes) await raw.append(batch);
    await transforms.stage();
    await transforms.replayQuarantine('all');
    await transforms.quarantine();
    await transforms.quarantined();
    await transforms.landingQuarantine(10);
    await transforms.holdSource({ source: 'shop', table: 'orders', reason: 'column gone' });
    await transforms.isBehind();
    await transforms.releaseSource({ source: 'shop', table: 'orders' });
    await transforms.build({ threads });
  },
  'builds every other kind of model, from seeds that change': (warehouse) =>
    withFolder(async (folder) => {
      for (const rates of [{}, changedRates]) {
        await writeFiles(folder, { ...kinds, ...rates });
        const transforms = await engineOn(warehouse, { projectFolder: folder });
        await transforms.setup();
        await transforms.build({ threads });
      }
    }),
};

/**
 * Runs a play on DuckDB, then on a Snowflake that answers as DuckDB did; resolves to what that was sent. `beside` is told
 * of every statement and its answer, and `raw` then takes the raw rows a second time.
 */
export async function sentIn(play: Play, beside?: Beside, raw: RawLog = noRaw): Promise<Sent[]> {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:' });
  const script: Parameters<typeof scripted>[1] = [];
  try {
    await play(scripted(duckdb, script), {
      create: () => createRawTables(duckdb),
      append: (batch) => appendBatch(duckdb, batch),
    });
    const { warehouse, sent } = playedBack(script, beside);
    await play(warehouse, raw);
    return sent;
  } finally {
    await duckdb.close();
  }
}
