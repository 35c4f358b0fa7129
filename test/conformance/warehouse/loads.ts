import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { isRetryable } from '../../../lib/errors.ts';
import type { Row, Warehouse } from '../../../warehouse/warehouse.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { customerRow, orderRow, productRow, removal } from '../../support/shop-rows.ts';
import { land, loadBatch, prepareRaw } from './landed.ts';
import type { DeclareTest } from './under-test.ts';

const entries: readonly LogEntry[] = [
  customerRow(1, '1', { city: 'Zürich "x" \\ 日本 🛒', postal_code: '' }),
  customerRow(2, '2', { segment: null }),
  { ...customerRow(3, '3'), unchanged: ['city'] },
  removal(4, 'customers', '2'),
  orderRow(5, '1'),
];

const first = { count: 1, from: 0, to: 5, entries };

async function rowsOf(warehouse: Warehouse, table: string): Promise<Row[]> {
  return await warehouse.query(
    `select data, _op, _position, _ordinal, _committed_at, _schema_id, _unchanged, _batch_id, _file
     from raw.shop__${table} order by _position`,
  );
}

async function countOf(warehouse: Warehouse, table: string): Promise<number> {
  return Number((await warehouse.query(`select count(*) as n from ${table}`))[0]?.['n']);
}

export function loadTests(test: DeclareTest): void {
  test('a landed file is appended value by value', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    expect(await loadBatch(warehouse, await land(folder, first))).toBe(1);
    const rows = await rowsOf(warehouse, 'customers');
    const read = rows.map((row) => ({
      ...row,
      data: JSON.parse(String(row['data'])),
      _ordinal: Number(row['_ordinal']),
    }));
    const expected = entries.slice(0, 4).map((entry, index) => ({
      data: entry.data,
      _op: entry.op,
      _position: `000000000000000${index + 1}`,
      _ordinal: 1,
      _committed_at: `2026-03-10 00:00:0${index + 1}`,
      _schema_id: 's',
      _unchanged: entry.unchanged === undefined ? null : JSON.stringify(entry.unchanged),
      _batch_id: 'shop-000000000001',
      _file: 'files/shop/customers/shop-000000000001.ndjson.gz',
    }));
    expect(read).toEqual(expected);
    expect(await countOf(warehouse, 'raw.shop__orders')).toBe(1);
    const ledger = await warehouse.query(
      'select table_name, row_count from _meta.load_ledger order by table_name',
    );
    expect(ledger.map((row) => [row['table_name'], Number(row['row_count'])])).toEqual([
      ['customers', 4],
      ['orders', 1],
    ]);
  });

  test('a file that is loaded again adds nothing', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    const batch = await land(folder, first);
    expect(await loadBatch(warehouse, batch)).toBe(1);
    expect(await loadBatch(warehouse, batch)).toBe(0);
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(4);
    expect(await countOf(warehouse, '_meta.load_ledger')).toBe(2);
    expect(await countOf(warehouse, '_meta.loaded_batch')).toBe(1);
  });

  test('a file whose load was undone is loaded whole the next time', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    const batch = await land(folder, first);
    const dying: Warehouse = {
      ...warehouse,
      transaction: (work) =>
        warehouse.transaction(async (session) => {
          await work(session);
          throw new Error('killed before COMMIT');
        }),
    };
    await expect(loadBatch(dying, batch)).rejects.toThrow('killed before COMMIT');
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(0);
    expect(await loadBatch(warehouse, batch)).toBe(1);
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(4);
  });

  test('of two that load one batch at once, through two doors, its rows are there once', async ({
    warehouse,
    rival,
    folder,
  }) => {
    await prepareRaw(warehouse);
    const batch = await land(folder, first);
    const doors = [warehouse, await rival()];
    const outcomes = await Promise.allSettled(doors.map((door) => loadBatch(door, batch)));
    for (const each of outcomes) if (each.status === 'rejected') expect(isRetryable(each.reason)).toBe(true);
    if (outcomes.some((each) => each.status === 'rejected')) await loadBatch(warehouse, batch);
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(4);
    expect(await countOf(warehouse, 'raw.shop__orders')).toBe(1);
    expect(await countOf(warehouse, '_meta.loaded_batch')).toBe(1);
  });

  test('a file that holds other than its manifest says leaves nothing behind', async ({
    warehouse,
    folder,
  }) => {
    await prepareRaw(warehouse);
    const batch = await land(folder, first);
    const files = batch.manifest.files.map((file) => ({ ...file, rows: file.rows + 1 }));
    const wrong = { ...batch, manifest: { ...batch.manifest, files } };
    await expect(loadBatch(warehouse, wrong)).rejects.toMatchObject({ code: 'LOAD_COUNT_MISMATCH' });
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(0);
    expect(await countOf(warehouse, '_meta.load_ledger')).toBe(0);
  });

  test('a file that is gone is said to be gone', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    const batch = await land(folder, first);
    const [file] = batch.manifest.files;
    await rm(path.join(folder, file?.key ?? ''));
    await expect(loadBatch(warehouse, batch)).rejects.toThrow();
    expect(await countOf(warehouse, '_meta.load_ledger')).toBe(0);
  });

  test('tables of several batches are loaded side by side', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    const batches = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        land(folder, {
          count: index + 1,
          from: index * 10,
          to: index * 10 + 10,
          entries: [productRow(index * 10 + 1, String(index)), customerRow(index * 10 + 2, String(index))],
        }),
      ),
    );
    const pending = new Set(batches);
    for (let round = 0; pending.size > 0 && round < 20; round += 1) {
      const asked = [...pending];
      const outcomes = await Promise.allSettled(asked.map((batch) => loadBatch(warehouse, batch)));
      for (const [index, each] of outcomes.entries()) {
        const batch = asked[index];
        if (each.status === 'fulfilled' && batch !== undefined) pending.delete(batch);
        if (each.status === 'rejected') expect(isRetryable(each.reason), String(each.reason)).toBe(true);
      }
    }
    expect(await countOf(warehouse, 'raw.shop__products')).toBe(4);
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(4);
    expect(await countOf(warehouse, '_meta.loaded_batch')).toBe(4);
  });

  test('of two tables, neither waits until the other is copied', async ({ warehouse, folder }) => {
    await prepareRaw(warehouse);
    const batches = [
      await land(folder, { count: 1, from: 0, to: 10, entries: [productRow(1, '1')] }),
      await land(folder, { count: 2, from: 10, to: 20, entries: [customerRow(11, '1')] }),
    ];
    let copying = 0;
    let meet = (): void => {};
    const both = new Promise<void>((resolve) => (meet = resolve));
    const meeting: Warehouse = {
      ...warehouse,
      appendFile: async (session, file) => {
        copying += 1;
        if (copying === batches.length) meet();
        await Promise.race([both, delay(5_000, undefined, { ref: false })]);
        if (copying < batches.length) throw new Error('nobody else copies meanwhile');
        return await warehouse.appendFile(session, file);
      },
    };
    const outcomes = await Promise.allSettled(batches.map((batch) => loadBatch(meeting, batch)));
    for (const each of outcomes)
      if (each.status === 'rejected') expect(isRetryable(each.reason), String(each.reason)).toBe(true);
    expect(await countOf(warehouse, 'raw.shop__products')).toBe(1);
    expect(await countOf(warehouse, 'raw.shop__customers')).toBe(1);
  });
}
