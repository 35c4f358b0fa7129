import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { martContents, openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { shopLog } from '../../support/shop-log.ts';

/** Splits a log into contiguous batches of the given sizes; sizes beyond the log are ignored. */
function split(
  log: readonly LogEntry[],
  sizes: readonly number[],
): Array<{ from: number; to: number; entries: LogEntry[] }> {
  const batches: Array<{ from: number; to: number; entries: LogEntry[] }> = [];
  let start = 0;
  for (const size of [...sizes, log.length]) {
    const end = Math.min(log.length, start + size);
    if (end > start) batches.push({ from: start, to: end, entries: log.slice(start, end) });
    start = end;
  }
  return batches;
}

async function contentsAfter(
  batches: ReadonlyArray<{ from: number; to: number; entries: LogEntry[] }>,
  buildEach: boolean,
): Promise<Record<string, string[]>> {
  const { warehouse, transforms } = await openTransforms();
  try {
    for (const [index, batch] of batches.entries()) {
      await appendBatch(warehouse, { id: `b${batch.from}`, ...batch });
      if (!buildEach && index < batches.length - 1) continue;
      await transforms.stage();
      // A batch that arrives before its predecessors may break a reference: then nothing is published, and the
      // next build takes it up again.
      await transforms.build().catch((error: unknown) => {
        if (index === batches.length - 1 || !(error instanceof ShopwaveError)) throw error;
      });
    }
    return await martContents(warehouse);
  } finally {
    await warehouse.close();
  }
}

const scenario = fc.record({
  log: shopLog({ min: 5, max: 60 }),
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
});

test('incremental builds over any split of the log equal one full build', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ log, sizes }) => {
      const whole = await contentsAfter(split(log, []), false);
      const incremental = await contentsAfter(split(log, sizes), true);
      expect(incremental).toEqual(whole);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test('the order in which batches arrive does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(
      scenario,
      fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
      async ({ log, sizes }, keys) => {
        const batches = split(log, sizes);
        const shuffled = batches
          .map((batch, index) => ({ batch, key: keys[index] ?? 0 }))
          .toSorted((left, right) => left.key - right.key)
          .map(({ batch }) => batch);
        expect(await contentsAfter(shuffled, true)).toEqual(await contentsAfter(batches, false));
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
});
