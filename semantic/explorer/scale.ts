/**
 * Round marks that cover the values, the first at or below the least, the last at or above the greatest; zero among
 * them. Of what is counted there are no halves.
 */
export function niceTicks(values: readonly number[], { most = 6, whole = false } = {}): number[] {
  const least = Math.min(0, ...values);
  const found = Math.max(0, ...values);
  const greatest = found === least ? 1 : found;
  const span = greatest - least;
  const rough = span / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = power * ([1, 2, 2.5, 5].find((each) => each * power >= rough) ?? 10);
  const step = whole ? Math.max(1, Math.ceil(nice)) : nice;
  const from = Math.floor(least / step);
  const to = Math.max(from + 1, Math.ceil(greatest / step));
  // Counted in steps, not added up, so that 0.1 + 0.2 is no mark.
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
}

/** Maps a range of values to a range of pixels. */
export function linear(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
): (value: number) => number {
  const span = high - low || 1;
  return (value) => start + ((value - low) / span) * (end - start);
}

/** So many of the labels, evenly, that each has its room; the last one always. */
export function spread(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, most)));
  const shown: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) shown.unshift(index);
  return shown;
}
