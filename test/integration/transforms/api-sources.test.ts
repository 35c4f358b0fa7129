import { expect, test } from 'vitest';
import { appendApiBatch, apiRemoval } from '../../support/api-rows.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { gid, shopifyOrder } from '../../support/shopify-rows.ts';
import { stripeCharge } from '../../support/stripe-rows.ts';
import { zendeskTicket } from '../../support/zendesk-rows.ts';

test('rows of the API sources are staged, and a removal takes its row away', async () => {
  const { warehouse, transforms } = await openTransforms();
  const orders = async (): Promise<unknown[]> =>
    await warehouse.query('select order_id, order_number from staging.stg_shopify__orders order by 1');
  try {
    await appendApiBatch(warehouse, {
      id: 's1',
      part: 1,
      entries: [shopifyOrder(1, 7), shopifyOrder(2, 7, { name: 'new' }), shopifyOrder(1, 8)],
    });
    await appendApiBatch(warehouse, { id: 't1', part: 1, entries: [stripeCharge(1, 'ch_1')] });
    await appendApiBatch(warehouse, { id: 'z1', part: 1, entries: [zendeskTicket(1, 9)] });
    await transforms.stage();
    expect(await orders()).toEqual([
      { order_id: 7n, order_number: 'new' },
      { order_id: 8n, order_number: '#8' },
    ]);
    await appendApiBatch(warehouse, {
      id: 's2',
      part: 2,
      entries: [apiRemoval('shopify', 'orders', 3, gid('Order', 7))],
    });
    await transforms.stage();
    expect(await orders()).toEqual([{ order_id: 8n, order_number: '#8' }]);
    expect(await warehouse.query('select count(*) as n from staging.stg_stripe__charges')).toEqual([
      { n: 1n },
    ]);
    expect(await warehouse.query('select count(*) as n from staging.stg_zendesk__tickets')).toEqual([
      { n: 1n },
    ]);
  } finally {
    await warehouse.close();
  }
});
