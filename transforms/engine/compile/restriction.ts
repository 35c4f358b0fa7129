/** A range of touch keys, as SQL literals: from (inclusive) to below (exclusive); open where a bound is absent. */
export interface KeySlice {
  readonly from: string | undefined;
  readonly below: string | undefined;
}

/** Which rows are computed; nothing: all of them. */
export interface Restriction {
  /** The relation of touched keys (column touch_key). */
  readonly touched?: string | undefined;
  /** The least and the greatest of the touched keys, as SQL literals, where they are numbers or days. */
  readonly touchedBounds?: { readonly low: string; readonly high: string } | undefined;
  /** Instead of touched keys one part of all keys: a large model is built whole part by part. */
  readonly slice?: KeySlice | undefined;
}

/** Whether only a part of a model's rows is computed. */
export function isRestricted({ touched, slice }: Restriction): boolean {
  return touched !== undefined || slice?.from !== undefined || slice?.below !== undefined;
}

/** The condition that a touch key is among those computed; undefined where all are. */
export function restrictionOf(
  expression: string,
  { touched, touchedBounds: bounds, slice }: Restriction,
): string | undefined {
  if (slice !== undefined) return withinSlice(expression, slice);
  if (touched === undefined) return undefined;
  const isAmong = `${expression} in (select touch_key from ${touched})`;
  // Engines push literals below joins and prune by them, which they do not do with a list from a query.
  return bounds === undefined
    ? isAmong
    : `(${isAmong} and ${expression} between ${bounds.low} and ${bounds.high})`;
}

/** The slices of a model together hold every row once: those without a key are in the first. */
function withinSlice(expression: string, { from, below }: KeySlice): string | undefined {
  const isFrom = from === undefined ? undefined : `${expression} >= ${from}`;
  const isBelow = below === undefined ? undefined : `${expression} < ${below}`;
  if (isFrom !== undefined && isBelow !== undefined) return `(${isFrom} and ${isBelow})`;
  return isFrom ?? (isBelow === undefined ? undefined : `(${isBelow} or ${expression} is null)`);
}
