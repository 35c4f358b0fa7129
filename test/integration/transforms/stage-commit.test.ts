import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import {
  unavailable,
  withLostReply,
  withRefusedCommit,
  withStatementHook,
} from '../../support/faulty-warehouse.ts';
import { engineOn, martContents } from '../../support/platform-parts.ts';
import { customerRow, lineRow, orderRow, removal } from '../../support/shop-rows.ts';
import { withTwoBatches } from '../../support/two-batches.ts';

const second = [
  customerRow(6, '1', { city: 'Rome', updated_at: '2026-03-02 00:00:00+00' }),
  orderRow(7, '2', { customer_id: '1' }),
  lineRow(8, '2', '2'),
  removal(9, 'payments', '1'),
];

/** All that staging has written: the head, what it consumed, its tables and their feeds. */
async function staged(warehouse: DuckdbWarehouse): Promise<Record<string, unknown>> {
  const tables = await warehouse.query(
    `select table_schema || '.' || table_name as name from information_schema.tables
     where table_type = 'BASE TABLE' and (table_schema = 'staging' or table_schema = 'feed' and table_name like 'stg_%')
     order by 1`,
  );
  const names = tables.map((row) => String(row['name']));
  const contents: Record<string, unknown> = {};
  for (const name of ['_meta.stage_head', '_meta.staged_batch', '_meta.model_state', ...names]) {
    contents[name] = await warehouse.query(
      `select cast(t as varchar) as row_text from ${name} as t order by 1`,
    );
  }
  return contents;
}

/** What a call comes to that gets no reply to the COMMIT that moves the head; leases are not meant. */
async function stageWithLostReply(warehouse: DuckdbWarehouse): Promise<unknown> {
  let isStep = false;
  let lost = 0;
  const hooked = withStatementHook(warehouse, (sql) => {
    isStep ||= sql.includes('update _meta.stage_head');
  });
  const lossy = await engineOn(
    withLostReply(hooked, () => {
      if (isStep) lost += 1;
      return isStep;
    }),
  );
  const outcome = await lossy.stage().catch((error: unknown) => error);
  expect(lost).toBeGreaterThan(0);
  return outcome;
}

test('a step whose COMMIT took effect and lost its reply is harmless when it is repeated', async () => {
  const reference = await withTwoBatches(second);
  const undisturbed = await engineOn(reference);
  const step = await undisturbed.stage();
  expect(step).toMatchObject({ batches: 1, step: 2n });
  const warehouse = await withTwoBatches(second);
  const outcome = await stageWithLostReply(warehouse);
  // Either it says that it happened, or that it may be tried again.
  if (outcome instanceof Error) expect(outcome).toMatchObject({ retryable: true });
  else expect(outcome).toEqual(step);
  const once = await staged(warehouse);
  expect(Object.keys(once).length).toBeGreaterThan(10);
  expect(once).toEqual(await staged(reference));
  const again = await engineOn(warehouse);
  expect(await again.stage()).toMatchObject({ batches: 0, step: 2n, watermark: step.watermark });
  expect(await staged(warehouse)).toEqual(once);
  expect(await again.isBehind()).toBe(true);
  expect(await again.build()).toMatchObject({ published: true, held: [], publication: { version: 2 } });
  await undisturbed.build();
  expect(await martContents(warehouse)).toEqual(await martContents(reference));
  await reference.close();
  await warehouse.close();
});

test('a step of which any statement failed, or the COMMIT, has not happened', async () => {
  const warehouse = await withTwoBatches(second);
  const before = await staged(warehouse);
  let total = Infinity;
  for (let at = 1; at <= total; at += 1) {
    let sent = 0;
    let isStep = false;
    const hooked = withStatementHook(warehouse, (sql) => {
      isStep ||= sql.includes('update _meta.stage_head');
      if (!isStep) return;
      sent += 1;
      if (sent === at) throw unavailable();
    });
    const refused = withRefusedCommit(hooked, () => {
      if (isStep) total = sent + 1;
      return isStep;
    });
    const failing = await engineOn(refused);
    await expect(failing.stage(), `statement ${at}`).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
    expect(await staged(warehouse), `statement ${at}`).toEqual(before);
  }
  expect(total).toBeGreaterThan(5);
  const healthy = await engineOn(warehouse);
  expect(await healthy.stage()).toMatchObject({ batches: 1, step: 2n });
  await warehouse.close();
});
