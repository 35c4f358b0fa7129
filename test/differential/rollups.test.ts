import { expect, test } from 'vitest';
import { silentLogger } from '../../lib/logger.ts';
import { platformCaller } from '../../semantic/server/access/caller.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import type { MartChanges } from '../../semantic/server/rollups/refresh.ts';
import { createSemantic } from '../../semantic/server/semantic.ts';
import type { Semantic } from '../../semantic/server/semantic.ts';
import { createRandom } from '../../simulator/world/random.ts';
import { modelDir } from '../integration/semantic/support.ts';
import { engineOn, openTransforms } from '../support/platform-parts.ts';
import { load } from './feed.ts';
import { batchesOf, makeWorld } from './star.ts';

const place = ['channel', 'country'];
/** Each asks for all that one rollup holds, by day. */
const questions = [
  ['finance', 'event_date', ['gmv', 'net_revenue', 'total_sales', 'refunds', 'tax', 'sold_units'], place],
  ['finance', 'event_date', ['gmv', 'discounts', 'refund_rate'], [...place, 'category']],
  ['operations', 'order_date', ['orders', 'cancelled_orders', 'time_to_ship'], [...place, 'order_status']],
  ['cash', 'payment_date', ['captured', 'cash_refunds', 'net_cash'], ['channel', 'kind']],
  ['marketplace', 'order_date', ['marketplace_sales', 'commission'], place],
].map(([view, date, measures, dimensions]) => ({
  measures: (measures as string[]).map((name) => `${String(view)}.${name}`),
  dimensions: [...(dimensions as string[]), 'currency'].map((name) => `${String(view)}.${name}`),
  timeDimensions: [{ dimension: `${String(view)}.${String(date)}`, granularity: 'day' }],
}));

/** After whose questions rollups follow publications; they do not after the platform's own. */
const person = { ...platformCaller, name: 'ana' };

/** Sorted rows, and where they came from; `n` makes it a question that nobody has asked. */
async function answer(
  semantic: Semantic,
  query: object,
  n: number,
  caller = person,
): Promise<{ rows: string[]; origin: string }> {
  const text = JSON.stringify({ ...query, limit: 40_000 + n });
  const { body, of } = await semantic.ask({ text }, { caller });
  const { data } = JSON.parse(body.toString('utf8')) as { data: object[] };
  return { rows: data.map((row) => JSON.stringify(row)).sort(), origin: of?.origin ?? '' };
}

test('rollups that follow publications by the months that those changed are what the marts say', async () => {
  const world = makeWorld(5);
  const batches = batchesOf(world, createRandom(5, 77));
  const { warehouse } = await openTransforms();
  const engine = await engineOn(warehouse);
  const read: number[] = [];
  const martChanges: MartChanges = {
    since: async (watched, since) => {
      const changes = await engine.martChanges(watched, since);
      for (const months of changes.months) if (months !== 'all') read.push(months.size);
      return changes;
    },
    version: async () => (await engine.publication())?.version ?? 0,
  };
  const serve = async (): Promise<Semantic> =>
    createSemantic({
      openReader: (cube) => createDuckdbReader(cube, warehouse.instance),
      modelDir,
      logger: silentLogger,
      martChanges,
    });
  const [kept, plain] = [await serve(), await serve()];
  const stops = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((share) => Math.ceil(share * batches.length));
  let loaded = 0;
  for (const [n, stop] of stops.entries()) {
    for (const batch of batches.slice(loaded, stop)) await load(warehouse, batch);
    loaded = stop;
    await engine.stage();
    await engine.build();
    const publication = await engine.publication();
    for (const each of [kept, plain]) await each.refresh(publication);
    for (const query of questions) {
      const [ours, theirs] = [await answer(kept, query, n), await answer(plain, query, n, platformCaller)];
      if (stop === batches.length) expect(theirs.rows.length).toBeGreaterThan(0);
      expect(ours.rows, `${JSON.stringify(query.measures)} at stop ${n}`).toEqual(theirs.rows);
      // The first question comes before there are any.
      if (n > 0) expect(ours.origin, JSON.stringify(query.measures)).toBe('rollup');
    }
    // Nobody has asked it yet: it stays beside the warehouse alone.
    if (n === 0) await kept.refresh();
  }
  // By months: some were read, and not all of them each time.
  expect(read.some((months) => months > 0)).toBe(true);
  await Promise.all([kept.stop(), plain.stop()]);
  await warehouse.close();
}, 600_000);
