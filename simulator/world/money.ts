/**
 * Amounts are integers: cents for money, ten-thousandths for unit prices (the shop keeps four decimals).
 * Both stay far below 2^53, so plain numbers are exact; sums over the whole shop are BigInt.
 */

/** quantity x unit price in cents, rounded half up as numeric does for positive values. */
export function grossCents(quantity: number, unitPriceE4: number): number {
  return Math.floor((quantity * unitPriceE4 + 50) / 100);
}

/** What falls on `units` of `of` units of an amount; shares of successive units telescope to the whole. */
export function shareCents(amountCents: number, units: number, of: number): number {
  return Math.floor((amountCents * units * 2 + of) / (of * 2));
}

/** 123 to '1.23'. */
export function centsText(cents: number): string {
  return scaledText(cents, 2);
}

/** 12345 to '1.2345'. */
export function priceText(priceE4: number): string {
  return scaledText(priceE4, 4);
}

function scaledText(value: number, decimals: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
  const cut = digits.length - decimals;
  return `${value < 0 ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
