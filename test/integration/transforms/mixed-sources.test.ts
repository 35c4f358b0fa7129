import process from 'node:process';
import fc from 'fast-check';
import { expect, onTestFailed, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { appendApiBatch } from '../../support/api-rows.ts';
import type { ApiEntry } from '../../support/api-rows.ts';
import { martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { shopLog } from '../../support/shop-log.ts';
import { shopifyLog } from '../../support/shopify-log.ts';

/** What arrives at once: a piece of the shop's log, or some rows that were read from Shopify. */
type Arrival =
  | { readonly of: 'shop'; readonly from: number; readonly to: number; readonly entries: readonly LogEntry[] }
  | { readonly of: 'shopify'; readonly entries: readonly ApiEntry[] };

/** Contiguous pieces of the given sizes, over and over. */
function pieces<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const found: T[][] = [];
  for (let start = 0, turn = 0; start < items.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    found.push(items.slice(start, start + size));
    start += size;
  }
  return found;
}

async function contentsAfter(
  arrivals: readonly Arrival[],
  buildsEach: boolean,
): Promise<Record<string, string[]>> {
  const { warehouse, transforms } = await openTransforms();
  try {
    for (const [index, arrival] of arrivals.entries()) {
      const id = `b${index}`;
      if (arrival.of === 'shop') await appendBatch(warehouse, { ...arrival, id });
      else await appendApiBatch(warehouse, { id, part: index + 1, entries: arrival.entries });
      const isLast = index === arrivals.length - 1;
      if (!buildsEach && !isLast) continue;
      await transforms.stage();
      await transforms.build().catch((error: unknown) => {
        if (isLast || !(error instanceof ShopwaveError)) throw error;
      });
    }
    expect(await transforms.heldBack()).toEqual([]);
    return await martContents(warehouse);
  } finally {
    await warehouse.close();
  }
}

const scenario = fc.record({
  shop: shopLog({ min: 3, max: 15 }),
  shopify: shopifyLog({ min: 3, max: 7 }),
  sizes: fc.array(fc.integer({ min: 9, max: 25 }), { minLength: 2, maxLength: 4 }),
  keys: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
});

test('rows of shop and Shopify, however split and shuffled, give the star that one build of all of them gives', async () => {
  const seed = Number(process.env['SHOPWAVE_SEED'] ?? Date.now() % 2 ** 31);
  onTestFailed(() => void process.stderr.write(`repeat it with SHOPWAVE_SEED=${seed}\n`));
  await fc.assert(
    fc.asyncProperty(scenario, async ({ shop, shopify, sizes, keys }) => {
      const shopArrivals = pieces(shop, [20]).map((entries, index): Arrival => {
        return { of: 'shop', from: index * 20, to: index * 20 + entries.length, entries };
      });
      // Rows of one reading may come in any order, too: what a row leans on arrives later.
      const shopifyArrivals = pieces(shuffled(shopify.flat(), keys), sizes).map((entries): Arrival => {
        return { of: 'shopify', entries };
      });
      const all = [...shopArrivals, ...shopifyArrivals];
      const mixed = shuffled(all, keys);
      expect(await contentsAfter(mixed, true)).toEqual(await contentsAfter(all, false));
    }),
    { seed, numRuns: Number(process.env['SHOPWAVE_RUNS'] ?? 1), endOnFailure: true },
  );
});

function shuffled<T>(items: readonly T[], keys: readonly number[]): T[] {
  return items
    .map((item, index) => ({ item, key: (keys[index % keys.length] ?? 0) + Math.floor(index / keys.length) }))
    .toSorted((left, right) => left.key - right.key)
    .map(({ item }) => item);
}
