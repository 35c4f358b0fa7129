import { readFileSync } from 'node:fs';

/** What a unit of a currency was worth in dollars on a day, in billionths. */
export type RateOn = (currency: string | null, day: string | null) => bigint | undefined;

const billion = 1_000_000_000n;

/** The published rates: each holds until the next one of its currency, the first for all days before it, too. */
export function readRates(): RateOn {
  const file = new URL('../../../transforms/seeds/fx_rates.csv', import.meta.url);
  const rates = new Map<string, { readonly from: string; readonly rate: bigint }[]>();
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [currency = '', from = '', text = ''] = line.split(',');
    const [whole = '0', digits = ''] = text.split('.');
    const known = rates.get(currency) ?? [];
    known.push({ from, rate: BigInt(whole + digits.padEnd(9, '0')) });
    rates.set(currency, known);
  }
  return (currency, day) => {
    if (currency === 'USD') return billion;
    const known = rates.get(currency ?? '') ?? [];
    return (known.findLast(({ from }) => day !== null && from <= day) ?? known[0])?.rate;
  };
}

/** Minor units of a currency in cents, at a rate in billionths; half a cent rounds away from zero. */
export function inCents(amount: bigint, unitsOfCurrency: bigint, rate: bigint): bigint {
  const value = amount * rate * 100n;
  const scale = billion * unitsOfCurrency;
  const size = value < 0n ? -value : value;
  const rounded = (size * 2n + scale) / (scale * 2n);
  return value < 0n ? -rounded : rounded;
}

/** A rate as decimals. */
export function rateText(rate: bigint): string {
  const digits = rate.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
