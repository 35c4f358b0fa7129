import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShopwaveError } from '../../../lib/errors.ts';
import { decodePgoutput } from '../../../ingest/postgres/pgoutput.ts';
import type { EncodedTuple } from './pgoutput-encoder.ts';
import * as encode from './pgoutput-encoder.ts';

const value = fc.oneof(fc.constant(null), fc.constant(undefined), fc.string({ unit: 'binary' }));
const tuple: fc.Arbitrary<EncodedTuple> = fc.array(value, { maxLength: 40 });

describe('pgoutput messages', () => {
  test('begin and commit keep positions and microseconds exactly', () => {
    expect(
      decodePgoutput(encode.begin(0xffff_ffff_0000_0001n, 812_345_678_901_234n, 4_000_000_000 | 0)),
    ).toEqual({
      kind: 'begin',
      commitLsn: 0xffff_ffff_0000_0001n,
      committedAt: 812_345_678_901_234n,
      xid: 4_000_000_000,
    });
    expect(decodePgoutput(encode.commit(100n, 148n, -1n))).toEqual({
      kind: 'commit',
      commitLsn: 100n,
      endLsn: 148n,
      committedAt: -1n,
    });
  });

  test('a relation has its columns with keys and types; an empty namespace is pg_catalog', () => {
    const bytes = encode.relation(
      16_384,
      'orders',
      [{ name: 'id', isKey: true, typeOid: 20 }, { name: 'ünï' }],
      '',
    );
    expect(decodePgoutput(bytes)).toEqual({
      kind: 'relation',
      oid: 16_384,
      schema: 'pg_catalog',
      table: 'orders',
      replicaIdentity: 'd',
      columns: [
        { name: 'id', isKey: true, typeOid: 20, typeModifier: -1 },
        { name: 'ünï', isKey: false, typeOid: 25, typeModifier: -1 },
      ],
    });
  });

  test('rows of any values come back as they went in', () => {
    fc.assert(
      fc.property(tuple, tuple, fc.constantFrom('K' as const, 'O' as const), (row, old, mark) => {
        const of = mark === 'K' ? 'key' : 'row';
        expect(decodePgoutput(encode.insert(9, row))).toEqual({ kind: 'insert', relation: 9, row });
        expect(decodePgoutput(encode.update(9, row))).toEqual({
          kind: 'update',
          relation: 9,
          old: undefined,
          row,
        });
        expect(decodePgoutput(encode.update(9, row, { mark, values: old }))).toEqual({
          kind: 'update',
          relation: 9,
          old: { of, values: old },
          row,
        });
        expect(decodePgoutput(encode.deletion(9, mark, old))).toEqual({
          kind: 'delete',
          relation: 9,
          old: { of, values: old },
        });
      }),
      { numRuns: 200 },
    );
  });

  test('a table of 1,600 columns, the most PostgreSQL has', () => {
    const row = Array.from({ length: 1600 }, (_, index) => (index % 3 === 0 ? null : `v${index}`));
    expect(decodePgoutput(encode.insert(9, row))).toMatchObject({ row });
  });

  test('truncate names all its tables; origin and type notes are passed over', () => {
    expect(decodePgoutput(encode.truncate([1, 2, 3]))).toEqual({ kind: 'truncate', relations: [1, 2, 3] });
    expect(decodePgoutput(encode.origin('elsewhere'))).toEqual({ kind: 'note' });
    expect(decodePgoutput(encode.typeMessage(99, 'public', 'mood'))).toEqual({ kind: 'note' });
  });

  test.each([
    ['a logical message, which was not asked for', Buffer.from('M\0\0')],
    ['the start of a streamed transaction', Buffer.from('S\0\0\0\0\0')],
    ['a name of the object prototype', Buffer.from('constructor')],
    ['nothing', Buffer.alloc(0)],
    [
      'a binary value',
      Buffer.concat([Buffer.from('I\0\0\0\x09N\0\x01b'), encode.int32(1), Buffer.from('x')]),
    ],
    ['a negative length', Buffer.concat([Buffer.from('I\0\0\0\x09N\0\x01t'), encode.int32(-5)])],
    ['a length beyond the end', Buffer.concat([Buffer.from('I\0\0\0\x09N\0\x01t'), encode.int32(2 ** 30)])],
    ['bytes after the end', Buffer.concat([encode.insert(9, ['a']), Buffer.from('x')])],
    ['an update without its new row', Buffer.from('U\0\0\0\x09Z')],
  ])('%s is a typed error', (_, bytes) => {
    expect(() => decodePgoutput(bytes)).toThrow(expect.objectContaining({ code: 'CAPTURE_MESSAGE_INVALID' }));
  });

  test('a message cut short anywhere, and any bytes at all, are a message or a typed error', () => {
    const whole = encode.update(9, ['1', null, undefined, 'text'], {
      mark: 'K',
      values: ['0', null, null, null],
    });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodePgoutput(whole.subarray(0, length))).toThrow(ShopwaveError);
    }
    fc.assert(
      fc.property(
        fc.constantFrom('B', 'C', 'R', 'I', 'U', 'D', 'T', 'O', 'Y'),
        fc.uint8Array({ maxLength: 60 }),
        (type, bytes) => {
          try {
            decodePgoutput(Buffer.concat([Buffer.from(type), bytes]));
          } catch (error) {
            expect(error).toMatchObject({ code: 'CAPTURE_MESSAGE_INVALID' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('no byte of a refused message is in the error', () => {
    const secret = '4242424242424242';
    const bytes = Buffer.concat([encode.insert(9, [secret]), Buffer.from(secret)]);
    expect(() => decodePgoutput(bytes)).toThrow(expect.not.stringContaining(secret));
  });
});
