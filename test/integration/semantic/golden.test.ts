import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { grains } from '../../../semantic/server/query-arguments.ts';
import { startSemantic } from './support.ts';
import type { SemanticFixture } from './support.ts';

const names = z.array(z.string());
const goldenSchema = z.array(
  z.strictObject({
    what: z.string(),
    query: z.strictObject({
      metrics: names,
      by: names.optional(),
      grain: z.enum(grains).optional(),
      where: names.optional(),
      segments: names.optional(),
      from: z.string().optional(),
      to: z.string().optional(),
    }),
    rows: z.array(z.record(z.string(), z.string().nullable())),
  }),
);

const golden = goldenSchema.parse(parse(readFileSync(path.join(import.meta.dirname, 'golden.yml'), 'utf8')));

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
