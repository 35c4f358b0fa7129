import { expect, test } from 'vitest';
import { countedWarehouse, totalOf } from '../../../bench/transforms/counted-warehouse.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn } from '../../support/platform-parts.ts';
import { appendBatch, createRawTables } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

/** Rows of five tables, of which five marts change. */
function entries(from: number, city: string): LogEntry[] {
  const at = { updated_at: `2026-03-02 00:00:${String(from).padStart(2, '0')}+00` };
  return [
    productRow(from + 1, '1', { title: city, ...at }),
    customerRow(from + 2, '1', { city, ...at }),
    orderRow(from + 3, '1', { customer_id: '1', shipping_amount: `${from + 1}.00`, ...at }),
    lineRow(from + 4, '1', '1', { quantity: String(from + 1), ...at }),
    paymentRow(from + 5, '1', '1', { amount: `${from + 5}.00`, ...at }),
  ];
}

/**
 * What one of the ticks below may send at most. Only ever to be made smaller, but for a star that grows: 22 of its models
 * read one of the five tables, which is two statements each (the touched keys and their bounds); 12 have such a key, four
 * more each; 9 get other rows, four more each; the rest, about 30, is the run's own, two of them for the keys that its
 * checks ask for: without those each check reads whole facts.
 */
const most = { stage: 40, build: 162 };

test('a tick sends Snowflake no more statements than it did, and one at rest none', async () => {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  const warehouse = countedWarehouse(duckdb);
  const transforms = await engineOn(warehouse);
  await transforms.setup();
  await createRawTables(duckdb);
  let published = 0;
  for (const [index, city] of ['Berlin', 'Rome', 'Oslo'].entries()) {
    const from = index * 5;
    await appendBatch(duckdb, { id: `b${index}`, from, to: from + 5, entries: entries(from, city) });
    warehouse.take();
    await transforms.stage();
    const staged = warehouse.take();
    const { models } = await transforms.build({ threads: 1 });
    const built = warehouse.take();
    published = models.filter(({ status }) => status === 'published').length;
    // What is asked once is asked by then: contracts, and what crashed runs have left.
    if (index < 2) continue;
    expect(totalOf(staged), `stage: ${JSON.stringify([...staged])}`).toBeLessThanOrEqual(most.stage);
    expect(totalOf(built), `build: ${JSON.stringify([...built])}`).toBeLessThanOrEqual(most.build);
    expect(await transforms.isBehind()).toBe(false);
    expect(totalOf(warehouse.take())).toBe(0);
  }
  expect(published).toBeGreaterThanOrEqual(5);
  await duckdb.close();
}, 600_000);
