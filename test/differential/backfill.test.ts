import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../../simulator/world/random.ts';
import { engineOn, martContents, openTransforms, projectFolder } from '../support/platform-parts.ts';
import { load, shopBatches } from './feed.ts';
import { shopHistory, spanOf } from './world/shop.ts';

/** A copy of the project whose business days are another time zone's. */
async function otherRule(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-rule-'));
  await cp(projectFolder, folder, { recursive: true, filter: (from) => !from.endsWith('engine') });
  const file = path.join(folder, 'dbt_project.yml');
  const text = await readFile(file, 'utf8');
  const changed = text.replace('business_timezone: UTC', 'business_timezone: Asia/Tokyo');
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
  return folder;
}

test('a business rule changes: two years computed again in chunks equal a star built from nothing', async () => {
  const random = createRandom(5, 78);
  const { transactions } = shopHistory(random, spanOf(730));
  const batches = shopBatches(transactions, random);
  const folder = await otherRule();

  const { warehouse, transforms } = await openTransforms();
  for (const batch of batches) await load(warehouse, batch);
  await transforms.stage();
  await transforms.build();
  const before = await martContents(warehouse);
  const changed = await engineOn(warehouse, { projectFolder: folder });
  const result = await changed.backfill({
    models: ['fct_order_lines+', 'fct_orders+', 'fct_order_events+', 'fct_payments+', 'fct_shipments+'],
    from: '2024-03-01',
    to: '2026-05-01',
    chunk: '90d',
  });
  expect(result.chunks).toBeGreaterThanOrEqual(8);
  const after = await martContents(warehouse);
  await warehouse.close();

  const rebuilt = await openTransforms(folder);
  for (const batch of batches) await load(rebuilt.warehouse, batch);
  await rebuilt.transforms.stage();
  await rebuilt.transforms.build();
  expect(after).toEqual(await martContents(rebuilt.warehouse));
  // The rule did change what the facts say.
  expect(after['fct_orders']).not.toEqual(before['fct_orders']);
  await rebuilt.warehouse.close();
  await rm(folder, { recursive: true });
}, 1_200_000);
