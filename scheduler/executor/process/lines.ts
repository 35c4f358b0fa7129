import type { Readable } from 'node:stream';
import type { Masker } from '../../secrets/masker.ts';

/** A longer line is cut: who prints without line breaks must not fill the memory. */
export const longestLine = 64 * 1024;

/**
 * The lines of a stream as they come. While the reader is busy the stream, and who writes into it, waits. No secret of the
 * masker is cut in two: a piece is masked before it is cut off, and only once all of a secret that begins in it is there.
 */
export async function* linesOf(
  stream: Readable,
  masker?: Pick<Masker, 'mask' | 'reach'>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of stream) {
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
      while (rest.length > longestLine + (masker?.reach() ?? 0)) {
        rest = masker?.mask(rest) ?? rest;
        yield rest.slice(0, longestLine);
        rest = rest.slice(longestLine);
      }
    }
  } catch {
    // Destroyed by us, because something that left the tree still held the other end.
  }
  if (rest !== '') yield rest;
}
