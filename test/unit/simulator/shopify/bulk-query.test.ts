import { expect, test } from 'vitest';
import { shopifyBulkDocuments, shopifyDocuments } from '../../../../ingest/shopify/documents.ts';
import { bulkLines } from '../../../../simulator/shopify/bulk-lines.ts';
import { readBulkQuery } from '../../../../simulator/shopify/bulk-query.ts';
import { validationErrors } from '../../../../simulator/shopify/execute.ts';
import { parse } from 'graphql';

test.each([
  ['{ shop { id } }', /at least one connection/],
  ['{ orders { edges { node { id nothing } } } }', /Cannot query field/],
  ['{ orders { edges { node { id } } } products { edges { node { id } } } }', /one top-level field/],
  ['{ nodes(ids: []) { id } }', /node/],
  ['mutation { bulkOperationCancel(id: "1") { userErrors { message } } }', /one top-level field/],
  [
    '{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }',
    /connection field within a list field/,
  ],
  [
    '{ orders { edges { node { name lineItems { edges { node { id } } } } } } }',
    /must select the 'id' field/,
  ],
  ['{ orders { edges { node', /Syntax Error/],
  [
    `{ products { edges { node { id a: variants { nodes { id } } b: variants { nodes { id } } c: variants { nodes { id } }
      d: variants { nodes { id } } e: variants { nodes { id } } } } } }`,
    /more than 5 connections/,
  ],
])('a bulk query that the API would not run is refused: %s', (query, reason) => {
  const checked = readBulkQuery(query);
  expect('refused' in checked ? checked.refused : 'taken').toMatch(reason);
});

test("the client's documents are valid for the simulated API, and its bulk queries run", () => {
  for (const [name, text] of Object.entries(shopifyDocuments)) {
    expect([name, validationErrors(parse(text))]).toEqual([name, []]);
  }
  for (const [name, text] of Object.entries(shopifyBulkDocuments)) {
    expect([name, readBulkQuery(text("updated_at:>='2026-01-01'"))]).toEqual([
      name,
      expect.not.objectContaining({ refused: expect.anything() }),
    ]);
  }
});

test('lines hold nodes without their connections, children name their parent, in any order or grouped', () => {
  const order = (id: string, lines: readonly string[]): object => ({
    node: { id, tags: ['x'], lineItems: { edges: lines.map((line) => ({ node: { id: line } })) } },
  });
  const page = { edges: [order('o1', ['l1', 'l2']), order('o2', ['l3']), order('o3', [])] };
  const expected = [
    { id: 'o1', tags: ['x'] },
    { id: 'l1', __parentId: 'o1' },
    { id: 'l2', __parentId: 'o1' },
    { id: 'o2', tags: ['x'] },
    { id: 'l3', __parentId: 'o2' },
    { id: 'o3', tags: ['x'] },
  ];
  const parsed = (isGrouped: boolean, seed: number): unknown[] =>
    bulkLines(page, isGrouped, seed).lines.map((line): unknown => JSON.parse(line));
  expect(parsed(true, 1)).toEqual(expected);
  const orders = Array.from({ length: 20 }, (_, seed) => parsed(false, seed));
  for (const order of orders) expect(order).toEqual(expect.arrayContaining(expected));
  // A child before its parent happens.
  expect(orders.some((lines) => ids(lines).indexOf('l1') < ids(lines).indexOf('o1'))).toBe(true);
});

function ids(lines: readonly unknown[]): readonly string[] {
  return lines.map((line) => (line as { readonly id: string }).id);
}
