import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../ingest/archive/column-types.ts';
import { compactionKey, parseCompaction, renderCompaction } from '../../../ingest/archive/compaction.ts';
import type { Compaction } from '../../../ingest/archive/compaction.ts';
import { inParallel } from '../../../ingest/archive/in-parallel.ts';
import { parseLine } from '../../../ingest/archive/line-content.ts';

const numeric = (precision: number, scale: number): number => ((precision << 16) | (scale & 0x7ff)) + 4;
const column = (name: string, typeOid: number, typeModifier = -1) => ({ name, typeOid, typeModifier });
const typesOf = (...columns: ReturnType<typeof column>[]): unknown =>
  columnsOf([{ table: 't', columns }])?.map(({ type }) => type);

describe('types of columns', () => {
  test.each<[string, number, string]>([
    ['numeric(12,2)', numeric(12, 2), 'decimal(12,2)'],
    ['numeric(38,38)', numeric(38, 38), 'decimal(38,38)'],
    ['numeric', -1, 'text'],
    ['numeric(39,2), wider than any engine', numeric(39, 2), 'text'],
    ['numeric(3,-2), whose scale is negative', numeric(3, -2), 'text'],
    ['numeric(3,5), whose scale is above its precision', numeric(3, 5), 'text'],
  ])('%s', (_, typeModifier, expected) => {
    expect(typesOf(column('n', 1700, typeModifier))).toEqual([expected]);
  });

  test('an unknown type is text, and so is a column whose type has changed within the day', () => {
    expect(typesOf(column('a', 3802), column('b', 20))).toEqual(['text', 'bigint']);
    const before = { table: 't', columns: [column('b', 23)] };
    const after = { table: 't', columns: [column('b', 20), column('c', 16)] };
    expect(columnsOf([before, after])).toEqual([
      { name: 'b', type: 'text' },
      { name: 'c', type: 'boolean' },
    ]);
  });

  test.each<[string, Parameters<typeof columnsOf>[0]]>([
    ['objects of an API', [{ table: 't', columns: [{ name: 'id', type: 'string' }] }]],
    ['names that differ in case alone', [{ table: 't', columns: [column('A', 25), column('a', 25)] }]],
    ['a name that the rows have already', [{ table: 't', columns: [column('_File', 25)] }]],
    ['no schema', []],
  ])('%s have no columns', (_, schemas) => {
    expect(columnsOf(schemas)).toBeUndefined();
  });
});

describe('the manifest of a compaction', () => {
  const compaction: Compaction = {
    version: 1,
    kind: 'compaction',
    source: 'shop',
    table: 'orders',
    day: '2026-03-01',
    inputs: [
      { key: 'data/x', sha256: 'a'.repeat(64), bytes: 9, rows: 2, batchId: 'b', contentHash: 'c'.repeat(32) },
    ],
    parquet: { key: 'parquet/x', sha256: 'd'.repeat(64), bytes: 7, layout: 'document', columns: [] },
    rows: 2,
    createdAt: '2026-03-02T00:00:00.000Z',
  };
  const key = compactionKey(compaction, compaction.inputs);

  test('what is written is what is read', () => {
    expect(parseCompaction(renderCompaction(compaction), key)).toEqual(compaction);
  });

  test.each<[string, object]>([
    ['other inputs than its name says', { inputs: [{ ...compaction.inputs[0], sha256: 'e'.repeat(64) }] }],
    ['another day', { day: '2026-03-02' }],
    ['another version', { version: 2 }],
    ['an unknown field', { extra: 1 }],
    ['no input', { inputs: [] }],
  ])('with %s is refused', (_, change) => {
    expect(() => parseCompaction(JSON.stringify({ ...compaction, ...change }), key)).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_COMPACTION_INVALID', where: key }),
    );
  });
});

describe('a line', () => {
  const line = { op: 'c', pos: '0', ord: 1, at: 'now', schema: 's', data: { secret: '4242' } };

  test.each<[string, string]>([
    ['a field of another version', JSON.stringify({ ...line, extra: 1 })],
    ['a field too few', JSON.stringify({ ...line, pos: undefined })],
    ['an ordinal that no number holds', JSON.stringify({ ...line, ord: 2 ** 60 })],
    ['data that is no object', JSON.stringify({ ...line, data: ['4242'] })],
    ['an end too soon', JSON.stringify(line).slice(0, -3)],
    ['nothing in it', ''],
  ])('with %s is refused, without a word of what is in it', (_, text) => {
    const refused = expect.objectContaining({ code: 'ARCHIVE_LINE_INVALID', where: 'data/x' }) as Error;
    expect(() => parseLine(text, 'data/x')).toThrow(refused);
    expect(() => parseLine(text, 'data/x')).not.toThrow(/4242/);
  });
});

test('work side by side never exceeds its bound, and ends with the first failure once the rest is over', async () => {
  const seen = { now: 0, most: 0, done: 0 };
  const work = async (item: number): Promise<void> => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    await Promise.resolve();
    seen.now -= 1;
    if (item === 5) throw new Error('the fifth');
    seen.done += 1;
  };
  await expect(
    inParallel(
      Array.from({ length: 50 }, (_, index) => index),
      3,
      work,
    ),
  ).rejects.toThrow('the fifth');
  expect(seen.most).toBe(3);
  expect(seen.now).toBe(0);
  expect(seen.done).toBeLessThan(10);
});
