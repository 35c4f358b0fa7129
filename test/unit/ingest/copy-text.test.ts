import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryShelf } from './memory-shelf.ts';
import { copyFields, CopyTextLines, LongRow } from '../../../ingest/postgres/copy-text.ts';

const letters: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
  '\\': '\\',
};

/** As COPY TO writes it, from the manual. */
function encode(rows: ReadonlyArray<ReadonlyArray<string | null>>): Buffer {
  const field = (value: string | null): string =>
    value === null ? '\\N' : value.replaceAll(/[\b\f\n\r\t\v\\]/g, (char) => `\\${letters[char]}`);
  return Buffer.from(rows.map((row) => `${row.map(field).join('\t')}\n`).join(''));
}

const text = fc.string({
  unit: fc.constantFrom('\\', 'N', 'n', '\n', '\t', '\r', '\b', '\f', '\v', 'ü', '😀', '"', ''),
});
const row = fc.array(fc.option(text, { nil: null }), { minLength: 1, maxLength: 4 });

describe('text COPY', () => {
  test('values come out the same however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), (rows, size) => {
        const bytes = encode(rows);
        const lines = new CopyTextLines();
        const found: string[] = [];
        for (let at = 0; at < bytes.length; at += size)
          for (const line of lines.push(bytes.subarray(at, at + size)))
            found.push(typeof line === 'string' ? line : 'a piece');
        lines.end();
        expect(found.map(copyFields)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  test('rows and values above the limit come out the same, in pieces, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        async (rows, size) => {
          const bytes = encode(rows);
          const shelf = memoryShelf();
          const lines = new CopyTextLines(6);
          const found: Array<Array<string | null>> = [];
          let long: LongRow | undefined;
          for (let at = 0; at < bytes.length; at += size) {
            for (const line of lines.push(bytes.subarray(at, at + size))) {
              if (typeof line === 'string') found.push(copyFields(line));
              else {
                long ??= new LongRow(shelf, () => true, 3);
                long.push(line.piece);
                if (line.isLast) found.push((await long.finish()).map(shelf.textOf));
                if (line.isLast) long = undefined;
              }
            }
          }
          lines.end();
          expect(found).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a stream that ends inside a row is noticed', () => {
    const lines = new CopyTextLines();
    lines.push(Buffer.from('1\ta\n2\t'));
    expect(() => lines.end()).toThrow(expect.objectContaining({ code: 'CAPTURE_STREAM_BROKEN' }));
  });
});
