/**
 * Currencies whose minor unit is no hundredth, as ISO 4217 lists them (2026). Stripe's amounts follow the same list,
 * but for the few that it charges in hundredths all the same (ISK, UGX: docs.stripe.com/currencies).
 */
const digitsOf: Readonly<Record<number, readonly string[]>> = {
  0: words('BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF'),
  3: words('BHD IQD JOD KWD LYD OMR TND'),
};

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
