import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createTransforms } from '../../../transforms/engine/transforms.ts';
import type { Session, Warehouse } from '../../../warehouse/warehouse.ts';
import { openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { lineRow, orderRow, productRow, refundRow } from '../../support/shop-rows.ts';

const first = [productRow(1, '1'), orderRow(2, '1'), lineRow(3, '1', '1')];

/** Batch n: a price change, and an order with a line and a refund; four positions. */
function batch(n: number): {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly entries: LogEntry[];
} {
  const from = 4 * n - 1;
  const order = String(n + 1);
  const day = String(n + 1).padStart(2, '0');
  return {
    id: `b${n}`,
    from,
    to: from + 4,
    entries: [
      productRow(from + 1, '1', { price: `${n}.0000`, updated_at: `2026-03-${day} 12:00:00+00` }),
      orderRow(from + 2, order),
      lineRow(from + 3, order, order),
      refundRow(from + 4, String(n), order),
    ],
  };
}

/** A warehouse that spoils the rows a model computes, as a defect of the model or the engine would. */
function spoiling(warehouse: Warehouse, model: string, fault: (relation: string) => string): Warehouse {
  const execute: Session['execute'] = async (sql, params) => {
    const result = await warehouse.execute(sql, params);
    const [, relation] =
      new RegExp(`create or replace table (delta_\\w+\\.${model}__(?:new|select)) as`).exec(sql) ?? [];
    if (relation !== undefined) await warehouse.execute(fault(relation));
    return result;
  };
  return { ...warehouse, execute };
}

const faults: ReadonlyArray<{
  readonly check: string;
  readonly model: string;
  readonly fault: (relation: string) => string;
}> = [
  {
    check: 'assert_r8_orders_equal_staging',
    model: 'fct_orders',
    fault: (rows) => `delete from ${rows} where order_id > 1`,
  },
  {
    check: 'assert_r8_lines_equal_staging',
    model: 'fct_order_lines',
    fault: (rows) => `update ${rows} set quantity = quantity + 1`,
  },
  {
    check: 'assert_r8_lines_equal_staging',
    model: 'fct_order_lines',
    fault: (rows) => `update ${rows} set order_date = order_date + 1`,
  },
  {
    check: 'assert_r8_events_equal_lines',
    model: 'fct_order_events',
    fault: (rows) => `update ${rows} set amount_minor = amount_minor + 1 where event_type = 'sale'`,
  },
  {
    check: 'assert_r8_refund_parts_equal_refunds',
    model: 'fct_order_events',
    fault: (rows) => `delete from ${rows} where event_type = 'refund_cash'`,
  },
  {
    check: 'scd2_continuous',
    model: 'dim_product',
    fault: (rows) => `update ${rows} set valid_to = valid_to - interval 1 hour where not is_current`,
  },
  {
    check: 'unique_order_event_key',
    model: 'fct_order_events',
    fault: (rows) => `insert into ${rows} select * from ${rows}`,
  },
  {
    check: 'relationships_product_key_dim_product',
    model: 'fct_order_lines',
    fault: (rows) => `update ${rows} set product_key = -9`,
  },
  {
    check: 'not_null_gross_minor',
    model: 'fct_order_lines',
    fault: (rows) => `update ${rows} set gross_minor = null`,
  },
];

test('every check finds its fault in a small batch, and the next build publishes what was held back', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, { id: 'b0', from: 0, to: 3, entries: first });
  await transforms.stage();
  await transforms.build();
  for (const [index, { check, model, fault }] of faults.entries()) {
    await appendBatch(warehouse, batch(index + 1));
    await transforms.stage();
    const faulty = await createTransforms({
      warehouse: spoiling(warehouse, model, fault),
      projectFolder,
      clock: systemClock,
      logger: silentLogger,
      onProgress: ignoreProgress,
    });
    await faulty.build().catch(() => undefined);
    const rows = await warehouse.query(
      `select status from _meta.check_result where name = '${check}'
       and checked_at = (select max(checked_at) from _meta.check_result)`,
    );
    expect([check, ...rows.map((row) => row['status'])]).toContain('fail');
    // The rows are fine, only their computing was not.
    await transforms.build({ fullRefresh: index % 2 === 0 });
    expect(await transforms.heldBack()).toEqual([]);
  }
  // What compares whole tables in `transform test` looks in a batch only at what the batch touched.
  await appendBatch(warehouse, batch(faults.length + 1));
  await transforms.stage();
  const { checks } = await transforms.build();
  const whole = checks.filter(({ name, sql }) => name.startsWith('assert_') && sql.includes('1 = 1'));
  expect(whole.map(({ name }) => name)).toEqual([]);
  expect(
    (await transforms.test()).checks.filter(({ status }) => status !== 'pass' && status !== 'warn'),
  ).toEqual([]);
  await warehouse.close();
});

test('rows that the loader lost are found before anything is published', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 3, entries: first });
  await warehouse.execute('delete from raw.shop__order_lines');
  await transforms.stage();
  await expect(transforms.build()).rejects.toMatchObject({
    code: 'TRANSFORM_CHECKS_FAILED',
    message: expect.stringContaining('r8_manifest_in_raw') as string,
  });
  await warehouse.close();
});
