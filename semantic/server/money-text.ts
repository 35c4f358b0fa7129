/** Decimals that the model scales money to: as many as the most exact currency has. */
const moneyScale = 3;

/**
 * A decimal as it is shown. Money comes with three decimals, of which the third is left out where it says nothing: 10.50,
 * not 10.500; and 0.125 of a currency that has thousandths.
 */
export function shownDecimal(text: string, scale: number): string {
  return scale === moneyScale && text.endsWith('0') ? text.slice(0, -1) : text;
}
