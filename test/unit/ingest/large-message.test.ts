import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LargeMessage } from '../../../ingest/postgres/large-message.ts';
import { decodePgoutput } from '../../../ingest/postgres/pgoutput.ts';
import type { PgoutputMessage, Tuple } from '../../../ingest/postgres/pgoutput.ts';
import { memoryShelf } from './memory-shelf.ts';
import * as encode from './pgoutput-encoder.ts';

const value = fc.oneof(fc.string({ maxLength: 40 }), fc.constant(null), fc.constant(undefined));
const tuple = fc.array(value, { minLength: 1, maxLength: 5 });
const old = fc.option(fc.record({ mark: fc.constantFrom('K', 'O'), values: tuple }), { nil: undefined });

async function readInPieces(bytes: Buffer, size: number): Promise<PgoutputMessage> {
  const shelf = memoryShelf();
  const message = new LargeMessage(() => shelf.begin(true), 10);
  for (let at = 0; at < bytes.length; at += size) message.push(bytes.subarray(at, at + size));
  const read = await message.finish();
  const plain = (values: Tuple): Tuple =>
    values.map((each) => (each === undefined ? undefined : shelf.textOf(each)));
  if (read.kind === 'insert') return { ...read, row: plain(read.row) };
  if (read.kind === 'update') {
    return {
      ...read,
      row: plain(read.row),
      old: read.old && { ...read.old, values: plain(read.old.values) },
    };
  }
  if (read.kind === 'delete') return { ...read, old: { ...read.old, values: plain(read.old.values) } };
  return read;
}

test('a row message in pieces says what it says in one piece', async () => {
  const message = fc.oneof(
    tuple.map((row) => encode.insert(7, row)),
    fc.tuple(tuple, old).map(([row, before]) => encode.update(7, row, before as never)),
    tuple.map((values) => encode.deletion(7, 'K', values)),
  );
  await fc.assert(
    fc.asyncProperty(message, fc.integer({ min: 1, max: 50 }), async (bytes, size) => {
      expect(await readInPieces(bytes, size)).toEqual(decodePgoutput(bytes));
    }),
    { numRuns: 400 },
  );
});

test('a message that ends early, goes on, or is of another type is refused', async () => {
  const invalid = expect.objectContaining({ code: 'CAPTURE_MESSAGE_INVALID' }) as unknown;
  const bytes = encode.insert(7, ['abc']);
  await expect(readInPieces(bytes.subarray(0, -1), 3)).rejects.toEqual(invalid);
  await expect(readInPieces(Buffer.concat([bytes, Buffer.from('x')]), 3)).rejects.toEqual(invalid);
  await expect(readInPieces(encode.truncate([1]), 3)).rejects.toEqual(invalid);
});
