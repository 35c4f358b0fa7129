import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import { builtWorld } from '../support/built-world.ts';
import { areApart, mixed } from '../support/mixed.ts';
import { engineOn, openTransforms, projectFolder } from '../support/platform-parts.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
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

/** A copy of the project with these mistakes in it. */
async function mutated(mistakes: readonly Mutation[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-mutation-'));
  await cp(projectFolder, folder, { recursive: true, filter: (each) => !each.endsWith('engine') });
  for (const { file, from, to } of mistakes) {
    const text = await readFile(path.join(folder, file), 'utf8');
    expect(text).toContain(from);
    await writeFile(path.join(folder, file), text.replace(from, to));
  }
  return folder;
}

// The first is one in which a refund gives back the shipping of an order that had been cancelled.
const seedOf = ({ seed = 1 }: Mutation): number => seed;

/** A world that is loaded and staged; no mistake is in staging. */
async function staged(seed: number): Promise<DuckdbWarehouse> {
  return await builtWorld({ stagedWorld: seed }, async () => {
    const { warehouse, transforms } = await openTransforms();
    for (const batch of batchesOf(makeWorld(seed), createRandom(1, 79))) await load(warehouse, batch);
    await transforms.stage();
    return warehouse;
  });
}

/** Mistakes that one build shows, each as if the others were not there. */
function mix(one: Mutation, other: Mutation): boolean {
  if (seedOf(one) !== seedOf(other)) return false;
  const [a, b] = [one.seenBy, other.seenBy];
  if ('check' in a || 'check' in b) return 'check' in a && 'check' in b;
  return areApart(a.comparisonOf, b.comparisonOf);
}

const groups = mixed(mutations, mix).map(
  (group) => [group.map(({ name }) => name).join('; '), group] as const,
);

test.each(groups)('seen: %s', async (_, group) => {
  const folder = await mutated(group);
  const seed = Math.max(...group.map(seedOf));
  const warehouse = await staged(seed);
  const transforms = await engineOn(warehouse, { projectFolder: folder });
  const checks = group.flatMap(({ seenBy }) => ('check' in seenBy ? [seenBy.check] : []));
  if (checks.length > 0) {
    const refused: unknown = await transforms.build().catch((error: unknown) => error);
    for (const check of checks) expect(refused).toMatchObject({ message: expect.stringContaining(check) });
  } else {
    expect((await transforms.build()).held).toEqual([]);
    const red: string[] = [];
    for (const [mart, rows] of Object.entries(expectedStar(makeWorld(seed)))) {
      if ((await differences(warehouse, mart, rows)).length > 0) red.push(mart);
    }
    const marts = group.flatMap(({ seenBy }) => ('comparisonOf' in seenBy ? seenBy.comparisonOf : []));
    expect(red.toSorted()).toEqual(marts.toSorted());
  }
  await warehouse.close();
  await rm(folder, { recursive: true });
});
