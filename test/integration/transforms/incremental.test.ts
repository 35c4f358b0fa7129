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

/** What is built after a batch was staged: nothing yet, some marts (the others fall behind), or all. */
type BuildKind = 'none' | 'some' | 'all';

const selections: Readonly<Record<BuildKind, ReadonlySet<string> | undefined>> = {
  none: new Set(),
  some: new Set(['dim_customer', 'dim_product', 'fct_order_lines']),
  all: undefined,
};

async function contentsAfter(
  batches: ReadonlyArray<{ from: number; to: number; entries: LogEntry[] }>,
  builds: readonly BuildKind[],
): Promise<Record<string, string[]>> {
  const { warehouse, transforms } = await openTransforms();
  try {
    for (const [index, batch] of batches.entries()) {
      await appendBatch(warehouse, { id: `b${batch.from}`, ...batch });
      await transforms.stage();
      const isLast = index === batches.length - 1;
      const kind = isLast ? 'all' : (builds[index] ?? 'none');
      const select = selections[kind];
      if (kind === 'none') continue;
      // A batch that arrives before its predecessors may break a reference: then nothing is published, and the
      // next build takes it up again.
      await transforms.build(select === undefined ? {} : { select }).catch((error: unknown) => {
        if (isLast || !(error instanceof ShopwaveError)) throw error;
      });
    }
    return await martContents(warehouse);
  } finally {
    await warehouse.close();
  }
}

const scenario = fc.record({
  log: shopLog({ min: 10, max: 60 }),
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 6 }),
  builds: fc.array(fc.constantFrom<BuildKind>('all', 'some', 'none', 'all', 'some'), {
    minLength: 6,
    maxLength: 6,
  }),
});

test('incremental builds over any split of the log equal one full build, also when some marts fall behind', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ log, sizes, builds }) => {
      const whole = await contentsAfter(split(log, []), []);
      const incremental = await contentsAfter(split(log, sizes), ['all', ...builds]);
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
      async ({ log, sizes, builds }, keys) => {
        const batches = split(log, sizes);
        const shuffled = batches
          .map((batch, index) => ({ batch, key: keys[index] ?? 0 }))
          .toSorted((left, right) => left.key - right.key)
          .map(({ batch }) => batch);
        expect(await contentsAfter(shuffled, builds)).toEqual(await contentsAfter(batches, []));
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
});
