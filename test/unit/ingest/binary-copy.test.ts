import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryCopyParser } from '../../../ingest/postgres/binary-copy.ts';
import type { CopyRow } from '../../../ingest/postgres/binary-copy.ts';
import { int16, int32 } from './pgoutput-encoder.ts';

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

function encode(rows: readonly CopyRow[], extension = Buffer.alloc(0)): Buffer {
  return Buffer.concat([
    signature,
    int32(0),
    int32(extension.length),
    extension,
    ...rows.flatMap((row) => [
      int16(row.length),
      ...row.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
    ]),
    int16(-1),
  ]);
}

/** Cuts bytes at the given fractions and feeds the pieces. */
function parse(bytes: Buffer, cuts: readonly number[], limit?: number): CopyRow[] {
  const parser = new BinaryCopyParser(limit);
  const at = [...cuts].map((cut) => Math.floor(cut * bytes.length)).sort((left, right) => left - right);
  const edges = [0, ...at, bytes.length];
  const rows: CopyRow[] = [];
  let pieces: Buffer[] = [];
  for (const [index, end] of edges.slice(1).entries()) {
    for (const part of parser.push(Buffer.from(bytes.subarray(edges[index], end)))) {
      if (!('piece' in part)) rows.push(part);
      else {
        pieces.push(part.piece);
        if (part.isLast) rows.push([Buffer.concat(pieces)]);
        if (part.isLast) pieces = [];
      }
    }
  }
  parser.end();
  return rows;
}

const field = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const rows = fc.array(fc.array(field, { maxLength: 4 }), { maxLength: 30 });

describe('binary COPY', () => {
  test('rows come out the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }),
        fc.uint8Array({ maxLength: 20 }),
        (input, cuts, extension) => {
          expect(parse(encode(input, Buffer.from(extension)), cuts)).toEqual(input);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('values above the limit come out the same, in pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { maxLength: 1 }), { maxLength: 30 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }),
        (input, cuts) => {
          expect(parse(encode(input), cuts, 20)).toEqual(input);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('one byte at a time', () => {
    const input = [
      [Buffer.from('abc'), null],
      [Buffer.alloc(0), Buffer.from([0, 255])],
    ];
    const bytes = encode(input);
    expect(
      parse(
        bytes,
        Array.from(bytes, (_, index) => index / bytes.length),
      ),
    ).toEqual(input);
  });

  test('a value of many chunks is copied once, not once a chunk', () => {
    const big = Buffer.alloc(15_000_000, 7);
    const found = parse(
      encode([[big]]),
      Array.from({ length: 3600 }, (_, index) => index / 3600),
    );
    expect(found[0]?.[0]?.equals(big)).toBe(true);
  });

  test.each([
    ['another signature', Buffer.alloc(40, 1), 'CAPTURE_MESSAGE_INVALID'],
    [
      'a negative field count',
      Buffer.concat([encode([]).subarray(0, 19), int16(-2)]),
      'CAPTURE_MESSAGE_INVALID',
    ],
    [
      'a negative length',
      Buffer.concat([encode([]).subarray(0, 19), int16(1), int32(-2)]),
      'CAPTURE_MESSAGE_INVALID',
    ],
    ['bytes after the trailer', Buffer.concat([encode([]), Buffer.from('x')]), 'CAPTURE_MESSAGE_INVALID'],
    [
      'a large value beside others',
      Buffer.concat([encode([]).subarray(0, 19), int16(2), int32(17_000_000)]),
      'CAPTURE_MESSAGE_INVALID',
    ],
    [
      'a value larger than PostgreSQL has any',
      Buffer.concat([encode([]).subarray(0, 19), int16(1), int32(1_073_741_824)]),
      'CAPTURE_MESSAGE_INVALID',
    ],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => new BinaryCopyParser().push(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('a stream that was cut off is noticed wherever it was cut', () => {
    const bytes = encode([[Buffer.from('abc')], [null]]);
    for (let length = 0; length < bytes.length; length += 1) {
      const parser = new BinaryCopyParser();
      parser.push(bytes.subarray(0, length));
      expect(() => parser.end()).toThrow(expect.objectContaining({ code: 'CAPTURE_STREAM_BROKEN' }));
    }
  });
});
