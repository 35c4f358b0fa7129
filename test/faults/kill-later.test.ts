import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { createDataFolder, run } from '../support/command.ts';
import { appendBatch } from '../support/raw-log.ts';
import { paymentRow, removal } from '../support/shop-rows.ts';
import { crash, mustStartWhole, onWarehouse } from './crash.ts';

const planted = '999999999';

/** Version, what is held back, and whether the planted payment was published. */
async function standing(warehouse: DuckdbWarehouse): Promise<unknown> {
  const [row] = await warehouse.query(
    `select (select max(version) from _meta.publication) as published, (select version from _meta.head) as head,
       (select count(*) from _meta.held_back) as held,
       (select count(*) from marts.fct_payments where payment_id = ?) as planted`,
    [planted],
  );
  return row;
}

test('killed with a mart to be held back, nothing is published, and all is once the row is corrected', async () => {
  await using folder = await createDataFolder();
  await mustStartWhole(folder.path);
  const before = await onWarehouse(folder.path, async (warehouse) => {
    const [order] = await warehouse.query('select min(order_id) as id from staging.stg_shop__orders');
    const row = paymentRow(1, planted, String(order?.['id']), { kind: 'mystery' });
    await appendBatch(warehouse, { id: 'planted', from: 0, to: 1, entries: [row] });
    return await standing(warehouse);
  });
  const start = ['start', '--backlog', '600', '--tick', '1s', '--port', '0', '--data-dir', folder.path];
  await crash(start, 'hold_back.before_publish');
  await onWarehouse(folder.path, async (warehouse) => {
    expect(await standing(warehouse)).toEqual(before);
    const entries = [removal(2, 'payments', planted)];
    await appendBatch(warehouse, { id: 'corrected', from: 1, to: 2, entries });
  });
  await mustStartWhole(folder.path);
  const after = await onWarehouse(folder.path, standing);
  expect(after).toMatchObject({ held: 0n, planted: 0n });
  expect(after).not.toEqual(before);
});

test('a backfill killed between two chunks goes on after the one that it has published', async () => {
  await using folder = await createDataFolder();
  await mustStartWhole(folder.path);
  const rows = (warehouse: DuckdbWarehouse): Promise<unknown> =>
    warehouse.query('select cast(m as varchar) as row_text from marts.fct_orders as m order by 1');
  const [before, days] = await onWarehouse(folder.path, async (warehouse) => {
    const contents = await rows(warehouse);
    const [range] = await warehouse.query(
      `select cast(min(order_date) as varchar) as first, cast(max(order_date) + 1 as varchar) as last,
         date_diff('day', min(order_date), max(order_date)) + 1 as days from marts.fct_orders`,
    );
    await warehouse.execute("update marts.fct_orders set order_status = 'spoilt'");
    return [contents, range];
  });
  const perVersion = Math.ceil(Number(days?.['days']) / 3);
  expect(perVersion).toBeGreaterThan(0);
  const range = ['--from', String(days?.['first']), '--to', String(days?.['last']), '--chunk', '1d'];
  const sizes = ['--max-active', String(perVersion), '--data-dir', folder.path];
  const command = ['transform', 'backfill', '--select', 'fct_orders', ...range, ...sizes];
  await crash(command, 'backfill.between_chunks');
  const left = await onWarehouse(folder.path, (warehouse) =>
    warehouse.query("select count(*) as n from marts.fct_orders where order_status = 'spoilt'"),
  );
  const again = await run(command);
  expect(again.code, again.stderr).toBe(0);
  expect(`${again.stdout}\n${again.stderr}`).toContain(`going on after ${perVersion}`);
  expect(await onWarehouse(folder.path, rows)).toEqual(before);
  // The first piece was whole before the crash, and the rest was not begun.
  const spoilt = Number(left[0]?.['n']);
  expect(spoilt).toBeGreaterThan(0);
  expect(spoilt).toBeLessThan((before as unknown[]).length);
});
