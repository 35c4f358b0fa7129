import { expect, test } from 'vitest';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

test.each([
  '_meta.head as h',
  '_meta.publication order',
  '_meta.model_state',
  '_meta.model_input',
  '_meta.model_version',
])(
  'what another process stages before %s is read is published by this run or a later one, never skipped',
  async (place) => {
    const { warehouse, transforms } = await openTransforms();
    await appendBatch(warehouse, {
      id: 'b1',
      from: 0,
      to: 2,
      entries: [orderRow(1, '1'), paymentRow(2, '1', '1')],
    });
    await transforms.stage();
    await transforms.build();
    await appendBatch(warehouse, { id: 'b2', from: 2, to: 3, entries: [orderRow(3, '2')] });
    await transforms.stage();
    const rival = await engineOn(warehouse);
    // The state is read twice: to see whether there is anything to do, and under the lease.
    let reads = 0;
    const hooked = await engineOn(
      withStatementHook(warehouse, async (sql) => {
        if (!sql.includes('select') || !sql.includes(place)) return;
        reads += 1;
        if (reads !== 2) return;
        await appendBatch(warehouse, { id: 'b3', from: 3, to: 4, entries: [paymentRow(4, '2', '1')] });
        await rival.stage();
      }),
    );
    await hooked.build();
    await hooked.build();
    expect(reads).toBeGreaterThan(1);
    const live = await martContents(warehouse);
    expect(await warehouse.query('select payment_id from marts.fct_payments order by 1')).toHaveLength(2);
    await transforms.build({ fullRefresh: true });
    expect(await martContents(warehouse)).toEqual(live);
    await warehouse.close();
  },
);
