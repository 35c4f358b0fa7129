import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { BackfillOptions } from '../../transforms/engine/run/backfill-plan.ts';
import { createRandom } from '../../simulator/world/random.ts';
import { engineOn, martContents, openTransforms, projectFolder } from '../support/platform-parts.ts';
import { load, shopBatches } from './feed.ts';
import type { Batch } from './feed.ts';
import { batchesOf, makeWorld } from './star.ts';
import { shopHistory, spanOf } from './world/shop.ts';

/** What a file of the project says, and what it says once the business has decided otherwise. */
interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

interface RuleChange {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly batches: () => readonly Batch[];
  readonly backfill: BackfillOptions & { readonly models: readonly string[] };
  readonly atLeastChunks: number;
  /** Marts that say something else by the new rule. */
  readonly changed: readonly string[];
}

const facts = ['fct_order_lines+', 'fct_orders+', 'fct_order_events+', 'fct_payments+', 'fct_shipments+'];

const changes: readonly RuleChange[] = [
  {
    name: 'business days of another time zone, over two years of the shop',
    edits: [
      {
        file: 'dbt_project.yml',
        from: 'business_timezone: UTC',
        to: 'business_timezone: Asia/Tokyo',
      },
    ],
    batches: () => {
      const random = createRandom(5, 78);
      return shopBatches(shopHistory(random, spanOf(730)).transactions, random);
    },
    backfill: { models: facts, from: '2024-03-01', to: '2026-05-01', chunk: '90d' },
    atLeastChunks: 8,
    changed: ['fct_orders', 'fct_order_events', 'fct_payments', 'agg_finance_daily'],
  },
  {
    name: 'what a dispute costs, what was paid by card and what was never sent, over all sources',
    edits: [
      {
        // The bank's fee is part of what a chargeback takes.
        file: 'models/intermediate/int_order_chargebacks.sql',
        from: '  t.amount_minor,\n',
        to: '  t.amount_minor - t.fee_minor as amount_minor,\n',
      },
      {
        // What Stripe tells of no means counts as paid by card.
        file: 'models/marts/fct_payments.sql',
        from: "coalesce(method, 'unknown') as method,",
        to: "coalesce(method, 'card') as method,",
      },
      {
        // Goods that come back to Shopify's shelf count as never sent.
        file: 'models/intermediate/int_refund_lines__amounts.sql',
        from: "when 'NO_RESTOCK' then 'no_restock' else 'return' end",
        to: "when 'NO_RESTOCK' then 'no_restock' else 'cancel' end",
      },
    ],
    batches: () => batchesOf(makeWorld(3), createRandom(3, 78)),
    backfill: { models: facts, from: '2026-02-20', to: '2026-05-11', chunk: '20d' },
    atLeastChunks: 4,
    changed: ['fct_orders', 'fct_order_events', 'fct_payments', 'agg_finance_daily'],
  },
];

/** A copy of the project with other rules. */
async function otherRules(edits: readonly Edit[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-rule-'));
  await cp(projectFolder, folder, { recursive: true, filter: (from) => !from.endsWith('engine') });
  for (const { file, from, to } of edits) {
    const text = await readFile(path.join(folder, file), 'utf8');
    expect(text).toContain(from);
    await writeFile(path.join(folder, file), text.replace(from, to));
  }
  return folder;
}

type Built = Awaited<ReturnType<typeof openTransforms>>;

async function starOf(batches: readonly Batch[], folder?: string): Promise<Built> {
  const star = await openTransforms(folder);
  for (const batch of batches) await load(star.warehouse, batch);
  await star.transforms.stage();
  expect((await star.transforms.build()).held).toEqual([]);
  return star;
}

test.each(changes)(
  'a business rule changes: $name: computed again in chunks, the star equals one built from nothing',
  async (change) => {
    const batches = change.batches();
    const folder = await otherRules(change.edits);

    const { warehouse } = await starOf(batches);
    const before = await martContents(warehouse);
    const changed = await engineOn(warehouse, { projectFolder: folder });
    const result = await changed.backfill(change.backfill);
    expect(result.chunks).toBeGreaterThanOrEqual(change.atLeastChunks);
    expect(await changed.heldBack()).toEqual([]);
    const after = await martContents(warehouse);
    await warehouse.close();

    const rebuilt = await starOf(batches, folder);
    expect(after).toEqual(await martContents(rebuilt.warehouse));
    // The rules did change what the marts say.
    for (const mart of change.changed) expect(after[mart], mart).not.toEqual(before[mart]);
    await rebuilt.warehouse.close();
    await rm(folder, { recursive: true });
  },
  1_200_000,
);
