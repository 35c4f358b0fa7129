import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { appendBatch, hexPosition } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

const poison = { amount: 'NaN' };
const first = {
  id: 'b1',
  from: 0,
  to: 3,
  entries: [orderRow(1, '1'), paymentRow(2, '1', '1'), paymentRow(3, '2', '1')],
};
const second = {
  id: 'b2',
  from: 3,
  to: 5,
  entries: [
    paymentRow(4, '1', '1', poison),
    paymentRow(5, '3', '1', { created_at: '2026-02-30 00:00:00+00' }),
  ],
};

async function payments(warehouse: DuckdbWarehouse): Promise<string[]> {
  const rows = await warehouse.query(
    'select payment_id, amount, _position from staging.stg_shop__payments__state order by 1',
  );
  return rows.map(
    (row) => `${row['payment_id']} ${row['amount']} @${Number(`0x${String(row['_position'])}`)}`,
  );
}

async function mend(warehouse: DuckdbWarehouse, position: number, amount: string): Promise<void> {
  await warehouse.execute(
    `update raw.shop__payments set data = json_merge_patch(data, ?) where _position = ?`,
    [JSON.stringify({ amount }), hexPosition(position)],
  );
}

test('rows with a value that has no place go into quarantine, and the rest is staged and published', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await transforms.build();
  await appendBatch(warehouse, second);
  expect(await transforms.stage()).toMatchObject({
    batches: 1,
    changedRows: 0,
    quarantined: 2,
    staleKeys: 2,
  });
  expect(await payments(warehouse)).toEqual(
    ['1 12.34 @2', '2 12.34 @3'].map((row) => row.replace('12.34', amountOf)),
  );
  const rows = await transforms.quarantine();
  expect(rows).toMatchObject([
    {
      table: 'shop.payments',
      model: 'stg_shop__payments',
      column: 'amount',
      key: '1',
      position: hexPosition(4),
      reason: 'VALUE_INVALID',
      message: 'amount (DECIMAL(14,2)) cannot take its value',
      batchId: 'b2',
      status: 'open',
    },
    { column: 'created_at', key: '3', position: hexPosition(5) },
  ]);
  expect(JSON.stringify(rows)).not.toContain('NaN');
  expect(await transforms.quarantined()).toMatchObject([
    { model: 'stg_shop__payments', rows: 2, staleKeys: 2 },
  ]);
  // R8 knows that they do not stand in staging.
  const built = await transforms.build();
  expect(built.held).toEqual([]);
  expect(built.checks.filter(({ status }) => status !== 'pass')).toEqual([]);

  await appendBatch(warehouse, {
    id: 'b3',
    from: 5,
    to: 6,
    entries: [paymentRow(6, '1', '1', { amount: '7.00' })],
  });
  expect(await transforms.stage()).toMatchObject({ quarantined: 0, staleKeys: 1 });
  await mend(warehouse, 4, '5.00');
  expect(await transforms.replayQuarantine('all')).toMatchObject({
    batches: 0,
    changedRows: 0,
    quarantined: 1,
  });
  // The newer row of the key has won; what is bad still stands where it stood.
  expect((await payments(warehouse))[0]).toBe('1 7.00 @6');
  expect((await transforms.quarantine()).map(({ key, status }) => `${key} ${status}`).toSorted()).toEqual([
    '1 replayed',
    '3 open',
  ]);
  const id = (await transforms.quarantine({ status: 'open' }))[0]?.id ?? '';
  expect(await transforms.discardQuarantine([id])).toBe(1);
  expect(await transforms.quarantined()).toEqual([]);
  await expect(transforms.replayQuarantine([id])).rejects.toMatchObject({
    code: 'TRANSFORM_QUARANTINE_UNKNOWN',
  });
  await warehouse.close();
});

const amountOf = paymentRow(1, '1', '1').data['amount'] ?? '';

test('a replayed row is staged once, and again changes nothing', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await appendBatch(warehouse, second);
  await transforms.stage();
  await mend(warehouse, 4, '5.00');
  const id = (await transforms.quarantine()).find(({ key }) => key === '1')?.id ?? '';
  expect(await transforms.replayQuarantine([id])).toMatchObject({ changedRows: 1, staleKeys: 1 });
  expect((await payments(warehouse))[0]).toBe('1 5.00 @4');
  await warehouse.execute(`update _meta.quarantine set status = 'open' where id = '${id}'`);
  expect(await transforms.replayQuarantine([id])).toMatchObject({ changedRows: 0 });
  await warehouse.close();
});

test('a row that leaves out what did not change waits beside the row in quarantine before it', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await appendBatch(warehouse, second);
  await transforms.stage();
  const { amount, ...data } = paymentRow(6, '1', '1', { status: 'voided' }).data;
  expect(amount).toBeDefined();
  const update: LogEntry = { table: 'payments', op: 'u', position: 6, data, unchanged: ['amount'] };
  await appendBatch(warehouse, { id: 'b3', from: 5, to: 6, entries: [update] });
  // With the amount of the row before the bad one it would be half of two rows.
  expect(await transforms.stage()).toMatchObject({ changedRows: 0, quarantined: 1 });
  expect(await transforms.quarantine({ status: 'open' })).toMatchObject([
    { key: '1', position: hexPosition(6), reason: 'PREDECESSOR_QUARANTINED' },
    { key: '1', position: hexPosition(4), reason: 'VALUE_INVALID' },
    { key: '3' },
  ]);
  await mend(warehouse, 4, '5.00');
  await transforms.replayQuarantine('all');
  expect((await payments(warehouse))[0]).toBe('1 5.00 @6');
  expect((await transforms.quarantine({ status: 'open' })).map(({ key }) => key)).toEqual(['3']);
  await warehouse.close();
});

test('a mended model takes up what stood in quarantine for it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-quarantine-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
  const { warehouse, transforms } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await appendBatch(warehouse, second);
  await transforms.stage();
  const file = join(folder, 'models/staging/shop/stg_shop__payments.sql');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replace(
      "{{ field('amount', 'money') }}",
      "{{ try_to_number(json_text('data', 'amount'), 14, 2) }} as amount",
    ),
  );
  const mended = await engineOn(warehouse, { projectFolder: folder });
  expect(await mended.stage()).toMatchObject({ quarantined: 1, staleKeys: 1 });
  expect((await payments(warehouse))[0]).toBe('1 null @4');
  expect((await mended.quarantine()).map(({ key, status }) => `${key} ${status}`).toSorted()).toEqual([
    '1 replayed',
    '3 open',
  ]);
  await warehouse.close();
  await rm(folder, { recursive: true });
});
