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

/**
 * The condition that a touch key is among those computed; undefined where all are. `at` is the instant of which the key
 * is the business day: engines prune by a column and not by what is made of it.
 */
export function restrictionOf(
  expression: string,
  { touched, touchedBounds: bounds, slice }: Restriction,
  at?: string,
): string | undefined {
  if (slice !== undefined) return withinSlice(expression, slice);
  if (touched === undefined) return undefined;
  const isAmong = `${expression} in (select touch_key from ${touched})`;
  // Engines push literals below joins and prune by them, which they do not do with a list from a query.
  if (bounds === undefined) return isAmong;
  const isBetween = `${expression} between ${bounds.low} and ${bounds.high}`;
  // In no time zone does a day begin or end more than a day from where it does in UTC.
  const isNear = at === undefined ? '' : ` and ${at} >= ${bounds.low} - 1 and ${at} < ${bounds.high} + 2`;
  return `(${isAmong} and ${isBetween}${isNear})`;
}

/** The slices of a model together hold every row once: those without a key are in the first. */
function withinSlice(expression: string, { from, below }: KeySlice): string | undefined {
  const isFrom = from === undefined ? undefined : `${expression} >= ${from}`;
  const isBelow = below === undefined ? undefined : `${expression} < ${below}`;
  if (isFrom !== undefined && isBelow !== undefined) return `(${isFrom} and ${isBelow})`;
  return isFrom ?? (isBelow === undefined ? undefined : `(${isBelow} or ${expression} is null)`);
}
