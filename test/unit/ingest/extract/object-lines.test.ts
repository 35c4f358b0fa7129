import { beforeAll, describe, expect, test } from 'vitest';
import { createDriftNotes } from '../../../../ingest/extract/drift.ts';
import { createObjectLines } from '../../../../ingest/extract/object-lines.ts';
import { UnsafeNumber } from '../../../../ingest/extract/json.ts';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import type { SourceRecord, StreamTable } from '../../../../ingest/extract/stream.ts';
import type { BatchWriter } from '../../../../ingest/landing/batch-writer.ts';
import type { Protection } from '../../../../ingest/pci/protection.ts';
import { testProtection } from '../../../support/protection.ts';

const things: StreamTable = {
  table: 'things',
  key: ['id'],
  rules: {
    source: 'shelf',
    stream: 'things',
    fields: {
      id: 'id',
      amount: 'allow',
      note: 'scrub',
      status: 'allow',
      owner: { id: 'id', country: 'allow' },
      secret: 'deny',
      tags: ['allow'],
      lines: [{ id: 'id' }],
    },
  },
  shape: {
    amount: 'number',
    status: { oneOf: ['new', 'old'] },
    'owner.country': 'string?',
  },
};
const whole = { id: 't1', amount: 1, note: 'n', status: 'new', owner: { id: 'o1', country: 'CH' } };
const large = new UnsafeNumber('9007199254740993');
const sentAtMicros = Date.parse('2026-03-01T00:00:00Z') * 1000;

let protection: Protection;
beforeAll(async () => {
  protection = await testProtection();
});

/** Lines by table, and what was noted. */
function write(records: readonly SourceRecord[], table = things) {
  const lines: Record<
    string,
    Array<{ op: string; pos: string; ord: number; at: string; data: JsonObject }>
  > = {};
  const schemas: string[] = [];
  const batch = {
    add: (table: string, line: string) => void (lines[table] ??= []).push(JSON.parse(line) as never),
    describe: (id: string) => void schemas.push(id),
  } as Partial<BatchWriter> as BatchWriter;
  const drift = createDriftNotes();
  const hits: string[] = [];
  const page = { records, sha256: '', requests: 1, sentAtMicros };
  createObjectLines([table], protection).write(page, batch, {
    drift,
    hit: (table, found) => hits.push(...found.map(({ path }) => `${table}.${path}`)),
  });
  return { lines, drift: drift.observations(), hits, schemas };
}

const of = (object: JsonObject, more: Partial<SourceRecord> = {}): SourceRecord => ({
  table: 'things',
  op: 'u',
  object,
  ...more,
});

describe('lines of objects', () => {
  test('hold what the rules allow, at the object’s version or the request’s moment', () => {
    const versionMicros = Date.parse('2026-02-01T00:00:00Z') * 1000 + 5;
    const { lines, drift } = write([
      of({ ...whole, secret: 's' }),
      of(whole, { versionMicros }),
      of({ id: 't2', deleted: true }, { op: 'd' }),
    ]);
    const at = '2026-03-01T00:00:00.000000Z';
    expect(lines['things']).toMatchObject([
      { op: 'u', pos: '00064BEB26C36000', ord: sentAtMicros, at, data: whole },
      { op: 'u', pos: '000649B7E334E005', ord: sentAtMicros + 1, at: '2026-02-01T00:00:00.000005Z' },
      { op: 'd', ord: sentAtMicros + 2, data: { id: 't2' } },
    ]);
    expect(lines['things']?.[0]?.data).toEqual(whole);
    expect(lines['things']?.[2]?.data).toEqual({ id: 't2' });
    expect(drift).toEqual([]);
  });

  test('what differs is counted by path and type, without a value', () => {
    const odd = { ...whole, status: 'broken', owner: { id: 'o1' }, extra: { deep: 'private' } };
    const { lines, drift } = write([of(odd), of({ ...odd, id: 't2' }), of(whole)]);
    expect(lines['things']).toHaveLength(3);
    expect(drift).toEqual([
      { table: 'things', kind: 'unseen_value', path: 'status', type: 'string', objects: 2 },
      { table: 'things', kind: 'vanished', path: 'owner.country', type: 'absent', objects: 2 },
      expect.objectContaining({ kind: 'unknown', objects: 2 }),
    ]);
    expect(JSON.stringify(drift)).not.toMatch(/broken|private/);
    expect(JSON.stringify(lines)).not.toMatch(/private/);
  });

  test.each<[string, JsonObject, object]>([
    ['without its key', { ...whole, id: '' }, { key: null, reason: 'no key', column: null }],
    [
      'of another type',
      { ...whole, amount: '1' },
      { key: '{"id":"t1"}', reason: 'retyped: string', column: 'amount' },
    ],
    ['null where it never was', { ...whole, amount: null }, { reason: 'vanished: null', column: 'amount' }],
    [
      'larger than a warehouse takes',
      { ...whole, note: 'x'.repeat(17_000_000) },
      { reason: 'too large', bytes: 17_000_082 },
    ],
  ])('an object %s is set aside, and does not hold up the others', (_, object, expected) => {
    const { lines } = write([of(object), of({ ...whole, id: 't9' })]);
    expect(lines['things']).toMatchObject([{ data: { id: 't9' } }]);
    expect(lines['_quarantine']).toMatchObject([{ op: 'c', data: { table: 'things', ...expected } }]);
    expect(JSON.stringify(lines['_quarantine']).length).toBeLessThan(500);
  });

  test.each<[string, JsonObject, string | null]>([
    ['amount', { ...whole, amount: large }, '{"id":"t1"}'],
    ['owner.id', { ...whole, owner: { id: large, country: 'CH' } }, '{"id":"t1"}'],
    ['tags[]', { ...whole, tags: ['a', large] }, '{"id":"t1"}'],
    ['lines[].id', { ...whole, lines: [{ id: 1 }, { id: large }] }, '{"id":"t1"}'],
    ['id', { ...whole, id: large }, '{"id":"9007199254740993"}'],
  ])('a number that cannot be held exactly, in %s, sets its object aside', (column, object, key) => {
    const { lines, drift } = write([of(object), of({ ...whole, id: 't9' })]);
    expect(lines['things']).toMatchObject([{ data: { id: 't9' } }]);
    expect(lines['_quarantine']).toMatchObject([
      { data: { table: 'things', key, reason: 'number_unsafe', column } },
    ]);
    expect(drift).toEqual([]);
  });

  test('in a field of which nothing is kept it does not matter; its name and digits are told nowhere', () => {
    const object = { ...whole, secret: { 'the name of Ann': [large] }, more: large };
    const deletion = of({ id: 't2', amount: large }, { op: 'd' });
    const { lines, drift } = write([of(object), deletion]);
    expect(lines['things']).toMatchObject([{ data: whole }, { op: 'd', data: { id: 't2' } }]);
    expect(lines['_quarantine']).toBeUndefined();
    expect(drift).toEqual([{ table: 'things', kind: 'unknown', path: 'more', type: 'number', objects: 1 }]);
    expect(JSON.stringify([lines, drift])).not.toMatch(/Ann|900719925474099/);
  });

  test('of a person’s sealed data, and of whose it is, none is guessed', () => {
    const people: StreamTable = {
      table: 'things',
      key: ['id'],
      rules: { source: 'shelf', stream: 'things', subject: 'person', fields: { id: 'id', notes: 'subject' } },
      shape: {},
    };
    const columns = (object: JsonObject): unknown =>
      write([of(object)], people).lines['_quarantine']?.map(({ data }) => data['column']);
    expect(columns({ id: 'a', person: large, notes: 'n' })).toEqual(['person']);
    expect(columns({ id: 'a', person: 1, notes: { deep: [large] } })).toEqual(['notes']);
  });

  test('an owner that is not there takes its fields along', () => {
    expect(write([of({ ...whole, owner: null })]).drift).toEqual([]);
  });

  test('a card number in free text is replaced, and told of', () => {
    const { lines, hits } = write([of({ ...whole, note: 'my card is 4242 4242 4242 4242' })]);
    expect(hits).toEqual(['things.note']);
    expect(JSON.stringify(lines)).not.toMatch(/4242/);
  });
});
