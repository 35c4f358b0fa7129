import { expect, test } from 'vitest';
import { scannedWarehouse, wideScans } from '../../../bench/transforms/scanned-warehouse.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { clockOfReading } from '../../support/four-source-star.ts';
import { freshWorldRows } from '../../support/four-source-world.ts';
import type { SourceRow } from '../../support/order-story.ts';
import { engineOn, openTransforms } from '../../support/platform-parts.ts';
import { appendRows } from '../../support/source-log.ts';

/** Movements of years before the world: DuckDB skips groups of 122,880 rows, and of these many one is 31 percent. */
const movementsBefore = 400_000;

const movement = (data: SourceRow['data']): SourceRow => ({
  source: 'stripe',
  table: 'balance_transactions',
  data: {
    reporting_category: 'charge',
    type: 'charge',
    amount: 1000,
    fee: 30,
    net: 970,
    currency: 'usd',
    status: 'available',
    ...data,
  },
});

/** Adjustments of the balance, every 250 seconds from September 2020 on: each is a payment of no order. */
async function appendYears(warehouse: Warehouse): Promise<void> {
  const one = movement({
    id: 'txn_bulk',
    source: 'adj_bulk',
    reporting_category: 'other_adjustment',
    type: 'adjustment',
    fee: 0,
    net: 1000,
    created: 1_600_000_000,
    available_on: 1_600_000_000,
  });
  await appendRows(warehouse, [one]);
  await warehouse.execute(
    `insert into raw.stripe__balance_transactions
     select json_merge_patch(data, json_object('id', 'txn_bulk_' || i, 'source', 'adj_bulk_' || i,
         'created', 1600000000 + i * 250, 'available_on', 1600000000 + i * 250)),
       _op, _position, 1 + i, _committed_at, _schema_id, _unchanged, _batch_id, _file, _loaded_at
     from raw.stripe__balance_transactions, range(1, ${movementsBefore}) as r(i)`,
  );
  await warehouse.execute(
    `update _meta.loaded_batch set row_count = ${movementsBefore} where source = 'stripe'`,
  );
  await warehouse.execute(
    `update _meta.load_ledger set row_count = ${movementsBefore} where source = 'stripe'`,
  );
}

test('a movement more at Stripe: its day, the balance and all checks read no more than a third of those before', async () => {
  const { warehouse } = await openTransforms();
  const transforms = await engineOn(warehouse, { clock: clockOfReading });
  await appendYears(warehouse);
  await transforms.stage();
  await appendRows(warehouse, freshWorldRows());
  await transforms.stage();
  expect((await transforms.build()).held).toEqual([]);

  const scanned = scannedWarehouse(warehouse, () => 'run');
  const watched = await engineOn(scanned, { clock: clockOfReading });
  const created = Date.parse('2026-03-10T12:00:00Z') / 1000;
  await appendRows(warehouse, [
    movement({ id: 'txn_new', source: 'ch_new', created, available_on: created }),
  ]);
  await watched.stage();
  const { models } = await watched.build();
  const published = models.filter(({ status }) => status === 'published').map(({ model }) => model);
  expect(published).toEqual(
    expect.arrayContaining(['fct_payments', 'agg_processor_moves_daily', 'agg_processor_daily']),
  );
  const wide = await wideScans(warehouse, scanned.take(), { largeRows: movementsBefore / 2, percent: 33 });
  // Movements of no object are looked up by their group, one number a row; nothing more is read of all of them.
  const others = wide.filter(({ by, table }) => by !== 'fct_payments' || !table.startsWith('staging.'));
  expect(others.map(({ by, table, share }) => ({ by, table, share }))).toEqual([]);
  await warehouse.close();
});
