/**
 * Currencies whose minor unit is no hundredth, as Stripe counts its amounts (docs.stripe.com/currencies): ISO 4217's
 * list of 2026, but for ISK and UGX, which Stripe charges in hundredths, and for MGA, of which it charges whole ones.
 * Shopify's and the shop's amounts have a point and are counted the same, so that all sides add up.
 */
const digitsOf: Readonly<Record<number, readonly string[]>> = {
  0: words('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'),
  3: words('BHD IQD JOD KWD LYD OMR TND'),
};

/** Decimals of a currency's minor unit. */
export function currencyDigits(currency: string): number {
  const found = Object.entries(digitsOf).find(([, codes]) => codes.includes(currency));
  return found === undefined ? 2 : Number(found[0]);
}

/** SQL of how many minor units a unit of a currency has. */
export function minorUnits(currency: string): string {
  const branches = Object.entries(digitsOf).map(([digits, codes]) => {
    const list = codes.map((code) => `'${code}'`).join(', ');
    return `when ${currency} in (${list}) then ${10 ** Number(digits)}`;
  });
  return `case ${branches.join(' ')} else 100 end`;
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
