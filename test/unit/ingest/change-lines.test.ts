import { describe, expect, test } from 'vitest';
import type { RawLine } from '../../../ingest/landing/raw-line.ts';
import { ChangeLines } from '../../../ingest/postgres/change-lines.ts';
import { decodePgoutput } from '../../../ingest/postgres/pgoutput.ts';
import type { ValueRules } from '../../../ingest/postgres/value-rule.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { AllowList } from '../../../ingest/postgres/relation.ts';
import { memoryShelf } from './memory-shelf.ts';
import * as encode from './pgoutput-encoder.ts';

const tables: readonly CapturedTable[] = [
  { table: 'notes', key: ['id'], columns: ['id', 'title', 'body'] },
  { table: 'tags', key: ['a', 'b'], columns: ['a', 'b'] },
];
const notes = encode.relation(1, 'notes', [{ name: 'id', isKey: true }, { name: 'title' }, { name: 'body' }]);
const tags = encode.relation(2, 'tags', [
  { name: 'a', isKey: true },
  { name: 'b', isKey: true },
]);

interface Landed extends RawLine {
  readonly table: string;
}

function run(messages: readonly Buffer[], landed = 0n, allow: Partial<AllowList> = {}) {
  const lines: Landed[] = [];
  const shelf = memoryShelf();
  const changes = new ChangeLines({
    allow: { tables, ...allow },
    landed,
    sink: {
      add: (table, line) => {
        expect(line.endsWith('}\n')).toBe(true);
        lines.push({ table, ...(JSON.parse(line) as RawLine) });
      },
      describe: () => {},
    },
    shelf,
    openTables: new Set(['notes']),
  });
  for (const message of messages) changes.accept(decodePgoutput(message));
  return { lines, end: changes.finish(), moved: changes.moved, shelf };
}

const transaction = (...changes: Buffer[]): Buffer[] => [
  encode.begin(0x100n, 1_000_001n),
  notes,
  tags,
  ...changes,
  encode.commit(0x100n, 0x130n, 1_000_001n),
];

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('changes to raw lines', () => {
  test('every line carries commit position, ordinal, time and shape', () => {
    const { lines, end } = run(
      transaction(
        encode.insert(1, ['1', 'a "quoted"\ttitle', null]),
        encode.update(1, ['1', 'b', '']),
        encode.deletion(2, 'K', ['x', 'y']),
      ),
    );
    const stamp = { pos: '0000000000000100', at: '2000-01-01T00:00:01.000001Z' };
    const shape = lines[0]?.schema ?? '';
    expect(shape).toMatch(/^[0-9a-f]{16}$/);
    expect(lines).toEqual([
      {
        table: 'notes',
        op: 'c',
        ord: 1,
        ...stamp,
        schema: shape,
        data: { id: '1', title: 'a "quoted"\ttitle', body: null },
      },
      { table: 'notes', op: 'u', ord: 2, ...stamp, schema: shape, data: { id: '1', title: 'b', body: '' } },
      { table: 'tags', op: 'd', ord: 3, ...stamp, schema: lines[2]?.schema, data: { a: 'x', b: 'y' } },
    ]);
    expect(lines[2]?.schema).not.toBe(shape);
    expect(end).toEqual({ endLsn: 0x130n, committedAt: 1_000_001n, transactions: 1 });
  });

  test('an unchanged out-of-line value is named and left out, never written as null', () => {
    const { lines } = run(transaction(encode.update(1, ['1', 'b', undefined])));
    expect(lines).toMatchObject([{ op: 'u', unchanged: ['body'], data: { id: '1', title: 'b' } }]);
    expect(lines[0]?.data).not.toHaveProperty('body');
  });

  test('with the whole old row at hand, the unchanged value is taken from it', () => {
    const old = { mark: 'O' as const, values: ['1', 'a', 'long'] };
    const { lines } = run(transaction(encode.update(1, ['1', 'b', undefined], old)));
    expect(lines).toMatchObject([{ op: 'u', data: { id: '1', title: 'b', body: 'long' } }]);
    expect(lines[0]).not.toHaveProperty('unchanged');
  });

  test('a key change is a delete of the old key and an insert under the new one', () => {
    const { lines } = run(
      transaction(encode.update(1, ['2', 'b', undefined], { mark: 'K', values: ['1', null, null] })),
    );
    expect(lines).toMatchObject([
      { op: 'd', ord: 1, data: { id: '1' } },
      { op: 'c', ord: 2, unchanged: ['body'], data: { id: '2', title: 'b' } },
    ]);
    expect(lines[0]?.data).toEqual({ id: '1' });
  });

  test('an old key that equals the new one is an ordinary update, also when the key itself is out of line', () => {
    const old = { mark: 'K' as const, values: ['1', null, null] };
    const { lines } = run(transaction(encode.update(1, [undefined, 'b', null], old)));
    expect(lines).toMatchObject([{ op: 'u', data: { id: '1', title: 'b', body: null } }]);
  });

  test('a truncate is one line for each table', () => {
    const { lines } = run(transaction(encode.truncate([1, 2])));
    expect(lines).toMatchObject([
      { table: 'notes', op: 't', ord: 1, data: {} },
      { table: 'tags', op: 't', ord: 2, data: {} },
    ]);
  });

  test('what was landed before is passed over, to the byte', () => {
    const second = [encode.begin(0x130n), encode.insert(2, ['p', 'q']), encode.commit(0x130n, 0x160n)];
    const messages = [...transaction(encode.insert(1, ['1', 'a', null])), ...second];
    expect(run(messages, 0x130n).lines).toMatchObject([{ table: 'tags', pos: '0000000000000130', ord: 1 }]);
    expect(run(messages, 0x160n)).toMatchObject({ lines: [], end: { endLsn: undefined, transactions: 0 } });
  });

  test.each([
    ['another table', encode.relation(3, 'secrets', [{ name: 'id', isKey: true }])],
    ['the table of another schema', encode.relation(3, 'tags', [{ name: 'a' }, { name: 'b' }], 'private')],
    [
      'one more column',
      encode.relation(2, 'tags', [{ name: 'a', isKey: true }, { name: 'b', isKey: true }, { name: 'card' }]),
    ],
  ])('%s than the allow-list has stops capture', (_, message) => {
    expect(() => run(transaction(message))).toThrow(code('CAPTURE_UNEXPECTED_RELATION'));
  });

  test('a listed column that is gone, and a key that is no longer the identity, stop capture', () => {
    const renamed = encode.relation(2, 'tags', [
      { name: 'a', isKey: true },
      { name: 'b2', isKey: true },
    ]);
    expect(() => run(transaction(renamed))).toThrow(code('CAPTURE_UNEXPECTED_RELATION'));
    const dropped = encode.relation(2, 'tags', [{ name: 'a', isKey: true }]);
    expect(() => run(transaction(dropped))).toThrow(code('CAPTURE_COLUMN_MISSING'));
    const otherKey = encode.relation(2, 'tags', [{ name: 'a', isKey: true }, { name: 'b' }]);
    expect(() => run(transaction(otherKey))).toThrow(code('CAPTURE_KEY_MISSING'));
  });

  test.each([
    [
      'a change outside a transaction',
      [notes, encode.insert(1, ['1', null, null])],
      'CAPTURE_MESSAGE_INVALID',
    ],
    [
      'a table that was not announced',
      [encode.begin(1n), encode.insert(7, ['1'])],
      'CAPTURE_MESSAGE_INVALID',
    ],
    ['a begin inside a transaction', [encode.begin(1n), encode.begin(2n)], 'CAPTURE_MESSAGE_INVALID'],
    ['a commit of another transaction', [encode.begin(1n), encode.commit(2n, 3n)], 'CAPTURE_MESSAGE_INVALID'],
    ['a row of another width', transaction(encode.insert(1, ['1'])), 'CAPTURE_MESSAGE_INVALID'],
    ['a row without its key', transaction(encode.insert(1, [null, 'a', 'b'])), 'CAPTURE_MESSAGE_INVALID'],
    ['an end inside a transaction', [encode.begin(1n)], 'CAPTURE_STREAM_BROKEN'],
    ['an older transaction later', [...transaction(), encode.begin(0x90n)], 'CAPTURE_STREAM_BROKEN'],
  ])('%s is refused', (_, messages, expected) => {
    expect(() => run(messages)).toThrow(code(expected));
  });

  test('a row that no warehouse could load goes on without its largest value, which is kept and named', () => {
    const wide = 'ü'.repeat(8_400_000);
    const { lines, shelf } = run(transaction(encode.insert(1, ['1', wide, 'b'])));
    const [row, quarantined] = lines;
    expect(row).toMatchObject({ table: 'notes', data: { id: '1', title: null, body: 'b' } });
    expect(quarantined).toMatchObject({
      table: '_quarantine',
      pos: row?.pos,
      data: { table: 'notes', key: '["1"]', column: 'title', reason: 'oversize', bytes: '16800000' },
    });
    expect([...shelf.objects.keys()]).toEqual([quarantined?.data['object']]);
    expect([...shelf.objects.values()][0]?.toString()).toBe(wide);
    expect(run(transaction(encode.insert(1, ['1', wide.slice(200_000), null]))).lines).toHaveLength(1);
  });

  test('a rule is kept on every value of its column, and one too large to be a text is not kept at all', () => {
    const rules: ValueRules = {
      of: (_, columns) => ({
        needsSubject: false,
        subjectOf: () => undefined,
        members: (index, value) => {
          const { name = '' } = columns[index] ?? {};
          return `"${name}":${JSON.stringify(name === 'title' ? (value?.toUpperCase() ?? null) : value)}`;
        },
        written: (index) => columns.slice(index, index + 1),
        isUntouched: (index) => columns[index]?.name !== 'title',
      }),
      settle: () => Promise.resolve(),
    };
    const small = run(transaction(encode.insert(1, ['1', 'abc', 'abc'])), 0n, { rules });
    expect(small.lines[0]?.data).toEqual({ id: '1', title: 'ABC', body: 'abc' });
    const large = run(transaction(encode.insert(1, ['1', 'x'.repeat(17_000_000), null])), 0n, { rules });
    expect(large.lines[1]?.data).toMatchObject({ column: 'title', object: null });
    expect(large.shelf.objects.size).toBe(0);
  });

  test('a moved row without all its values is named while a snapshot of its table is open', () => {
    const { moved } = run(
      transaction(encode.update(1, ['2', 'b', undefined], { mark: 'K', values: ['1', null, null] })),
    );
    expect(moved.map(({ relation, key }) => [relation.table, key])).toEqual([['notes', ['2']]]);
  });

  test('after a change of the allow-list: what is gone from it is passed over, what is new may be absent', () => {
    const old = encode.relation(1, 'notes', [
      { name: 'id', isKey: true },
      { name: 'title' },
      { name: 'card' },
    ]);
    const messages = [
      encode.begin(0x100n),
      old,
      encode.relation(9, 'former', [{ name: 'id', isKey: true }]),
      encode.insert(1, ['1', 'a', '4242']),
      encode.insert(9, ['1']),
      encode.truncate([9]),
      encode.commit(0x100n, 0x130n),
    ];
    const { lines } = run(messages, 0n, {
      previous: new Map([['notes', ['id', 'title', 'card']]]),
      retired: new Set(['former']),
    });
    expect(lines.map(({ table, data }) => [table, data])).toEqual([['notes', { id: '1', title: 'a' }]]);
  });
});
