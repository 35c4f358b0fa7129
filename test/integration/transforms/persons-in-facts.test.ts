import { expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { customerRow, orderRow } from '../../support/shop-rows.ts';
import { zendeskTicket, zendeskUser } from '../../support/zendesk-rows.ts';

interface Shown {
  readonly order: bigint;
  readonly ticket: bigint;
  readonly country: string;
}

/** Whose the order and the guest's ticket are, and where the order's customer lived then. */
async function shown(warehouse: DuckdbWarehouse): Promise<Shown[]> {
  return (await warehouse.query(
    `select p.customer_id as "order", t.customer_id as ticket, v.country
     from marts.fct_orders as o
     join marts.dim_customer as v on v.customer_key = o.customer_key
     join marts.dim_customer as p on p.customer_durable_key = o.person_key and p.is_current
     cross join marts.fct_support_tickets as s
     join marts.dim_customer as t on t.customer_durable_key = s.person_key and t.is_current`,
  )) as unknown as Shown[];
}

test('facts follow their customer into another person and back, and a version that comes late', async () => {
  const { warehouse, transforms } = await openTransforms();
  const build = async (): Promise<Shown[]> => {
    await transforms.stage();
    await transforms.build();
    return await shown(warehouse);
  };
  const two = { email_token: 'b', country: 'FR', updated_at: '2026-03-01 13:00:00+00' };
  try {
    await appendBatch(warehouse, {
      id: 'b1',
      from: 0,
      to: 10,
      entries: [
        customerRow(1, '1', { email_token: 'a' }),
        customerRow(3, '2', { ...two, country: 'DE', updated_at: '2026-02-01 00:00:00+00' }),
        orderRow(4, '7', { customer_id: '2' }),
      ],
    });
    await appendApiBatch(warehouse, {
      id: 'z1',
      part: 1,
      entries: [zendeskUser(1, 9, { email_token: 'a' }), zendeskTicket(1, 5, { requester_id: 9 })],
    });
    expect(await build()).toEqual([{ order: 2n, ticket: 1n, country: 'DE' }]);

    // They take one address: one person, the least of the two.
    await appendBatch(warehouse, {
      id: 'b3',
      from: 20,
      to: 30,
      entries: [customerRow(21, '2', { ...two, email_token: 'a' })],
    });
    expect(await build()).toEqual([{ order: 1n, ticket: 1n, country: 'DE' }]);

    // A version from between, read last, was the valid one when the order was placed.
    await appendBatch(warehouse, {
      id: 'b2',
      from: 10,
      to: 20,
      entries: [customerRow(11, '2', { ...two, country: 'SE', updated_at: '2026-03-01 11:00:00+00' })],
    });
    expect(await build()).toEqual([{ order: 1n, ticket: 1n, country: 'SE' }]);

    // The first one leaves: the order is its customer's own again, and the guest's address now says the other.
    await appendBatch(warehouse, {
      id: 'b4',
      from: 30,
      to: 40,
      entries: [customerRow(31, '1', { email_token: 'c' })],
    });
    const parted = [{ order: 2n, ticket: 2n, country: 'SE' }];
    expect(await build()).toEqual(parted);
    await transforms.build({ fullRefresh: true });
    expect(await shown(warehouse)).toEqual(parted);
  } finally {
    await warehouse.close();
  }
});
