import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import { createAssembler } from '../../../../ingest/shopify/assemble.ts';
import type { Assembled } from '../../../../ingest/shopify/assemble.ts';

/** A few orders, each with its lines. */
const world = fc.array(fc.nat({ max: 6 }), { maxLength: 20 }).map((sizes) =>
  sizes.flatMap((size, order): JsonObject[] => [
    { id: `gid://shopify/Order/${order}`, updatedAt: `2026-11-01T00:00:${String(order).padStart(2, '0')}Z` },
    ...Array.from({ length: size }, (_, line) => ({
      id: `gid://shopify/LineItem/${order}-${line}`,
      quantity: line,
      __parentId: `gid://shopify/Order/${order}`,
    })),
  ]),
);

const shuffledWorld = world.chain((lines) =>
  fc
    .shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length })
    .map((mixed) => ({ lines, mixed })),
);

function assemble(lines: readonly JsonObject[]): { readonly taken: Assembled[]; readonly waiting: number } {
  const assembler = createAssembler();
  return { taken: lines.flatMap((line) => assembler.take(line)), waiting: assembler.waiting() };
}

function inOrder(taken: readonly Assembled[]): string[] {
  return taken.map((each) => JSON.stringify(each)).sort();
}

test('lines in any order come together as the same objects, each child with its parent and the version of it', () => {
  fc.assert(
    fc.property(shuffledWorld, ({ lines, mixed }) => {
      const found = assemble(mixed);
      expect(found.waiting).toBe(0);
      expect(found.taken).toHaveLength(lines.length);
      expect(inOrder(found.taken)).toEqual(inOrder(assemble(lines).taken));
      for (const { node, parent } of found.taken) {
        const line = lines.find((each) => each['id'] === node['id']);
        expect(parent?.id).toBe(line?.['__parentId']);
        expect(node).not.toHaveProperty('__parentId');
      }
    }),
  );
});

test('a child goes on only after its parent, and one whose parent never comes is counted', () => {
  fc.assert(
    fc.property(shuffledWorld, ({ mixed }) => {
      const ids = assemble(mixed).taken.map(({ node }) => node['id']);
      for (const line of mixed.filter((each) => each['__parentId'] !== undefined)) {
        expect(ids.indexOf(line['id'] ?? null)).toBeGreaterThan(ids.indexOf(line['__parentId'] ?? null));
      }
    }),
  );
  const orphan = { id: 'gid://shopify/LineItem/1', __parentId: 'gid://shopify/Order/9' };
  expect(assemble([orphan])).toEqual({ taken: [], waiting: 1 });
});

test('a child has the version of its parent', () => {
  const order = { id: 'gid://shopify/Order/1', updatedAt: '2026-11-01T00:00:07Z' };
  const line = { id: 'gid://shopify/LineItem/1', __parentId: order.id };
  const parent = { id: order.id, versionMicros: Date.parse(order.updatedAt) * 1000 };
  expect(assemble([line, order]).taken).toEqual([
    { node: order, parent: undefined },
    { node: { id: line.id }, parent },
  ]);
});
