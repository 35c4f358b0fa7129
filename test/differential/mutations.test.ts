import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import { openTransforms, projectFolder } from '../support/platform-parts.ts';
import { differences } from './compare.ts';
import { load } from './feed.ts';
import { batchesOf, expectedStar, makeWorld } from './star.ts';

/** A mistake in a model that no check sees, and the marts whose rows it falsifies. */
interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly red: readonly string[];
}

const mutations: readonly Mutation[] = [
  {
    name: 'the sign of refunded cash',
    file: 'models/marts/fct_payments.sql',
    from: "when p.kind = 'refund' then -p.amount_minor",
    to: "when p.kind = 'refund' then p.amount_minor",
    red: ['agg_gift_card_moves_daily', 'agg_gift_cards_daily', 'fct_payments'],
  },
  {
    name: 'the tax of cancelled units',
    file: 'models/intermediate/int_cancellation_lines__taxes.sql',
    from: "{{ safe_divide('tax_minor * units', 'quantity', 0) }}",
    to: "{{ safe_divide('tax_minor * (units - 1)', 'quantity', 0) }}",
    red: ['agg_finance_daily', 'fct_order_events'],
  },
  {
    name: 'shipping that a cancellation and its refund both take back',
    file: 'models/marts/fct_order_events.sql',
    from: 'case when s.order_id is null then r.shipping_minor else 0 end as shipping_minor',
    to: 'r.shipping_minor',
    red: ['agg_finance_daily', 'fct_order_events'],
  },
  {
    name: 'a branch of a union without rows',
    file: 'models/intermediate/int_shipments.sql',
    from: "from (select * from {{ ref('stg_shopify__fulfillments') }} where ",
    to: "from (select * from {{ ref('stg_shopify__fulfillments') }} where 1 = 0 and ",
    red: [
      'agg_backlog_daily',
      'agg_backlog_moves_daily',
      'agg_carrier_daily',
      'agg_fulfilment_daily',
      'fct_orders',
      'fct_shipments',
    ],
  },
];

/** A copy of the project with one mistake in it. */
async function mutated({ file, from, to }: Mutation): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-mutation-'));
  await cp(projectFolder, folder, { recursive: true, filter: (each) => !each.endsWith('engine') });
  const text = await readFile(path.join(folder, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(folder, file), text.replace(from, to));
  return folder;
}

test.each(mutations)('$name passes every check and not the comparison', async (mutation) => {
  const folder = await mutated(mutation);
  // A world in which money goes back to a gift card, and for an order that had been cancelled.
  const world = makeWorld(6);
  const random = createRandom(1, 79);
  const { warehouse, transforms } = await openTransforms(folder);
  for (const batch of batchesOf(world, random)) await load(warehouse, batch);
  await transforms.stage();
  expect((await transforms.build()).held).toEqual([]);
  const red: string[] = [];
  for (const [mart, rows] of Object.entries(expectedStar(world))) {
    if ((await differences(warehouse, mart, rows)).length > 0) red.push(mart);
  }
  expect(red.toSorted()).toEqual(mutation.red);
  await warehouse.close();
  await rm(folder, { recursive: true });
});
