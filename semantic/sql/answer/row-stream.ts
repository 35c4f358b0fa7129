import type { Rows } from '../engine.ts';
import type { RowBytes } from '../postgres/catalogue.ts';

/** So much at once makes few writes, and little that a client which has gone was given for nothing. */
const batchBytes = 64 * 1024;

/** Rows that are there already, given away piece by piece. */
export function rowStream({ bytes, ends }: RowBytes, notice: string | undefined): Rows {
  let next = 0;
  return {
    notice,
    take: async (most) => {
      const from = next === 0 ? 0 : (ends[next - 1] ?? 0);
      const first = next;
      if (most !== undefined) next = Math.min(ends.length, next + most);
      else next = Math.max(Math.min(next + 1, ends.length), endWithin(ends, from + batchBytes));
      const end = next === 0 ? 0 : (ends[next - 1] ?? 0);
      return { bytes: bytes.subarray(from, end), rows: next - first, isEnd: next >= ends.length };
    },
    close: () => {
      next = ends.length;
    },
  };
}

/** How many rows end before a place. */
function endWithin(ends: readonly number[], place: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}
