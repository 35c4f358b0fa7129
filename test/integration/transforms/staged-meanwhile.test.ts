import { expect, test } from 'vitest';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

test.each([
  ['the state is read', 'select ', '_meta.head as h'],
  ['the lease is taken, and the state counts on', 'update ', '_meta.build_lease set holder'],
  ['the first relation is made', 'create ', 'schema if not exists delta_'],
  ['checks ask what they go by', 'select ', "'since' as what"],
  ['the head is moved', 'update ', '_meta.head set version'],
])(
  'what another process stages before %s is published by this run or a later one, never skipped',
  async (_, verb, place) => {
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
    let isStaged = false;
    const hooked = await engineOn(
      withStatementHook(warehouse, async (sql) => {
        if (isStaged || !sql.startsWith(verb) || !sql.includes(place)) return;
        isStaged = true;
        await appendBatch(warehouse, { id: 'b3', from: 3, to: 4, entries: [paymentRow(4, '2', '1')] });
        await rival.stage();
      }),
    );
    await hooked.build();
    await hooked.build();
    expect(isStaged).toBe(true);
    const live = await martContents(warehouse);
    expect(await warehouse.query('select payment_id from marts.fct_payments order by 1')).toHaveLength(2);
    await transforms.build({ fullRefresh: true });
    expect(await martContents(warehouse)).toEqual(live);
    await warehouse.close();
  },
);
