import { expect, test } from 'vitest';
import { searchWhere } from '../../../../simulator/shopify/search.ts';

const fields = {
  updated_at: { column: 'o.updated_at', type: 'time' },
  id: { column: 'o.id', type: 'id' },
  name: { column: 'o.name', type: 'text' },
  status: { column: '', type: 'any' },
} as const;

test('a window of times becomes conditions on whole seconds', () => {
  const where = searchWhere(
    "updated_at:>=2026-03-01T12:00:00Z updated_at:<'2026-03-01T13:00:00.700Z' AND status:any",
    fields,
    3,
  );
  expect(where).toEqual({
    conditions: ['o.updated_at >= $3::timestamptz', 'o.updated_at < $4::timestamptz'],
    values: ['2026-03-01T12:00:00.000Z', '2026-03-01T13:00:00.000Z'],
    warnings: [],
  });
});

test('an object is at its whole second also for those who ask for later or up to', () => {
  const where = searchWhere(
    'updated_at:>2026-03-01T12:00:00Z updated_at:<="2026-03-01T12:00:05Z"',
    fields,
    1,
  );
  expect(where.conditions).toEqual(['o.updated_at >= $1::timestamptz', 'o.updated_at < $2::timestamptz']);
  expect(where.values).toEqual(['2026-03-01T12:00:01.000Z', '2026-03-01T12:00:06.000Z']);
});

test('what cannot be searched is dropped with a warning, as the real API does', () => {
  const where = searchWhere("colour:red id:>=12 name:'#1 2' updated_at:>=yesterday (or)", fields, 1);
  expect(where.conditions).toEqual(['o.id >= $1::bigint', 'o.name = $2']);
  expect(where.values).toEqual(['12', '#1 2']);
  expect(where.warnings.map((each) => [each.field, each.code])).toEqual([
    ['colour', 'invalid_field'],
    ['updated_at', 'invalid_field'],
    ['(or)', 'unsupported_syntax'],
  ]);
});
