import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readGolden } from '../../../semantic/golden/golden-file.ts';
import { startSemantic } from './support.ts';
import type { SemanticFixture } from './support.ts';

const golden = await readGolden(path.resolve(import.meta.dirname, '../../../semantic/golden/golden.yml'));

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic();
});
afterAll(() => shop.stop());

it.each(golden)('$what', async ({ query, rows }) => {
  expect((await shop.semantic.queryMetrics(query)).rows).toEqual(rows);
});

it('every metric has a golden answer', async () => {
  const { metrics } = await shop.semantic.catalog();
  const asked = new Set(golden.flatMap(({ query }) => query.metrics));
  expect(metrics.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
});
