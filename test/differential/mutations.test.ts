import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import { openTransforms, projectFolder } from '../support/platform-parts.ts';
import { differences } from './compare.ts';
import { load } from './feed.ts';
import { batchesOf, expectedStar, makeWorld } from './star.ts';

/** A mistake in a model: the marts whose rows it falsifies without any check's notice, or the check that holds it back. */
interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Of a world in which it matters; the first unless said. */
  readonly seed?: number;
  readonly seenBy: { readonly check: string } | { readonly comparisonOf: readonly string[] };
}

const mutations: readonly Mutation[] = [
  {
    name: 'the tax of cancelled units',
    file: 'models/intermediate/int_cancellation_lines__taxes.sql',
    from: "{{ safe_divide('tax_minor * units', 'quantity', 0) }}",
    to: "{{ safe_divide('tax_minor * (units - 1)', 'quantity', 0) }}",
    seenBy: { check: 'assert_tax_of_cancelled_units_is_taken_back' },
  },
  {
    name: 'a refund of a parcel that came back',
    file: 'models/marts/fct_orders.sql',
    from: 'on b.order_line_id = r.order_line_id and b.quantity > 0',
    to: 'on b.order_line_id = r.order_line_id and b.quantity > 99',
    seed: 2,
    seenBy: { comparisonOf: ['agg_backlog_daily', 'agg_backlog_moves_daily', 'fct_orders'] },
  },
  {
    name: 'a cancellation after capture at Shopify',
    file: 'models/intermediate/int_shopify_cancellation_lines.sql',
    from: 'then order_cancelled_at < captured_at',
    to: 'then true',
    seenBy: { comparisonOf: ['agg_finance_daily', 'fct_order_events'] },
  },
  {
    name: 'shipping that a cancellation and its refund both take back',
    file: 'models/marts/fct_order_events.sql',
    from: 'case when s.order_id is null then r.shipping_minor else 0 end as shipping_minor',
    to: 'r.shipping_minor',
    seenBy: { comparisonOf: ['agg_finance_daily', 'fct_order_events'] },
  },
  {
    name: 'tax within prices of the storefront that were discounted',
    file: 'models/intermediate/int_shopify_order_lines.sql',
    from: "then {{ safe_divide('gross_minor * tax_minor', 'gross_minor - discount_minor', 0) }}",
    to: 'then tax_minor',
    seenBy: { check: 'assert_r8_shopify_lines_equal_staging' },
  },
  {
    name: 'a branch of a union without rows',
    file: 'models/intermediate/int_shipments.sql',
    from: "from (select * from {{ ref('stg_shopify__fulfillments') }} where ",
    to: "from (select * from {{ ref('stg_shopify__fulfillments') }} where 1 = 0 and ",
    seenBy: { check: 'assert_r8_shipments_equal_staging' },
  },
  {
    name: 'a reply counted from the ticket and not from its first public comment',
    file: 'models/marts/fct_support_tickets.sql',
    from: "whole_minutes('coalesce(t.asked_at, t.created_at)', 't.first_reply_at')",
    to: "whole_minutes('t.created_at', 't.first_reply_at')",
    seenBy: { comparisonOf: ['agg_support_daily', 'agg_support_moves_daily', 'fct_support_tickets'] },
  },
  {
    name: 'payouts that Stripe began of itself',
    file: 'models/marts/fct_payouts.sql',
    from: '  p.is_automatic,',
    to: '  not p.is_automatic as is_automatic,',
    seenBy: { comparisonOf: ['fct_payouts'] },
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

test.each(mutations)('$name is seen', async (mutation) => {
  const folder = await mutated(mutation);
  // The first is one in which a refund gives back the shipping of an order that had been cancelled.
  const world = makeWorld(mutation.seed ?? 1);
  const random = createRandom(1, 79);
  const { warehouse, transforms } = await openTransforms(folder);
  for (const batch of batchesOf(world, random)) await load(warehouse, batch);
  await transforms.stage();
  const { seenBy } = mutation;
  if ('check' in seenBy) await expect(transforms.build()).rejects.toThrow(seenBy.check);
  else {
    expect((await transforms.build()).held).toEqual([]);
    const red: string[] = [];
    for (const [mart, rows] of Object.entries(expectedStar(world))) {
      if ((await differences(warehouse, mart, rows)).length > 0) red.push(mart);
    }
    expect(red.toSorted()).toEqual(seenBy.comparisonOf);
  }
  await warehouse.close();
  await rm(folder, { recursive: true });
});
