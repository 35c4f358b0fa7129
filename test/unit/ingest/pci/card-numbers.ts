import fc from 'fast-check';

/** Leading digits and length of every range that is blocked; written again here, so that the code's table is checked. */
const issued: ReadonlyArray<readonly [string, number]> = [
  ['4', 16],
  ...['51', '52', '53', '54', '55', '2221', '2229', '223', '229', '23', '26', '270', '271', '2720'].map(
    (lead) => [lead, 16] as const,
  ),
  ['34', 15],
  ['37', 15],
  ...['6011', '644', '649', '65'].map((lead) => [lead, 16] as const),
  ...['3528', '3535', '3589'].map((lead) => [lead, 16] as const),
  ['62', 16],
];

/** Appends the digit that makes the number valid; the textbook way, from the right. */
export function withCheckDigit(start: string): string {
  const sum = Array.from(start)
    .reverse()
    .map(Number)
    .map((digit, place) => (place % 2 === 0 ? digit * 2 : digit))
    .reduce((total, digit) => total + Math.floor(digit / 10) + (digit % 10), 0);
  return `${start}${(10 - (sum % 10)) % 10}`;
}

/** Valid numbers of all brands. */
export const anyPan: fc.Arbitrary<string> = fc
  .constantFrom(...issued)
  .chain(([lead, length]) =>
    digitsOf(length - 1 - lead.length).map((rest) => withCheckDigit(`${lead}${rest}`)),
  );

export function digitsOf(count: number): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((each) => each.join(''));
}

/** As cards print it, 4-4-4-4 or 4-6-5, each digit in another script or form whose nought is `zero`. */
export function written(pan: string, separator: string, zero = '0'): string {
  const first = zero.codePointAt(0) ?? 0;
  const digits = Array.from(pan, (digit) => String.fromCodePoint(first + Number(digit)));
  const parts = pan.length === 15 ? [4, 6, 5] : [4, 4, 4, 4];
  let from = 0;
  return parts.map((size) => digits.slice(from, (from += size)).join('')).join(separator);
}
