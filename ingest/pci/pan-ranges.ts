/** A range of card numbers: its leading digits, between two bounds of the same length, and its lengths. */
interface PanRange {
  readonly brand: string;
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

/**
 * The ranges that are blocked. Only 15 and 16 digits: with the old 13-digit Visa one in ten ids of Shopify and Zendesk
 * would be a card number. 19 digits, as Visa and UnionPay issue them, count only beside a word that speaks of cards.
 */
const ranges: readonly PanRange[] = [
  { brand: 'visa', from: 4, to: 4, lengths: [16, 19] },
  { brand: 'mastercard', from: 51, to: 55, lengths: [16] },
  { brand: 'mastercard', from: 2221, to: 2720, lengths: [16] },
  { brand: 'amex', from: 34, to: 34, lengths: [15] },
  { brand: 'amex', from: 37, to: 37, lengths: [15] },
  { brand: 'discover', from: 6011, to: 6011, lengths: [16] },
  { brand: 'discover', from: 644, to: 649, lengths: [16] },
  { brand: 'discover', from: 65, to: 65, lengths: [16] },
  { brand: 'jcb', from: 3528, to: 3589, lengths: [16] },
  { brand: 'unionpay', from: 62, to: 62, lengths: [16, 19] },
];

/** How many digits a card number has; the last only counts beside a word that speaks of cards. */
export const shortestPan = 15;
export const longestPan = 16;
export const longestPanWithWord = 19;

/** The brand whose range these digits are in, if they also pass the check digit. */
export function cardBrand(digits: string): string | undefined {
  const brand = ranges.find(
    ({ from, to, lengths }) => lengths.includes(digits.length) && isBetween(digits, from, to),
  )?.brand;
  return brand !== undefined && passesLuhn(digits) ? brand : undefined;
}

function isBetween(digits: string, from: number, to: number): boolean {
  const lead = Number(digits.slice(0, String(from).length));
  return lead >= from && lead <= to;
}

/** The check digit of ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  let isDoubled = false;
  for (let index = digits.length - 1; index >= 0; index -= 1) {
    const digit = digits.charCodeAt(index) - 48;
    const value = isDoubled ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
    isDoubled = !isDoubled;
  }
  return sum % 10 === 0;
}
