import { readFileSync } from 'node:fs';
import { hashKey } from './values.ts';
import type { MartRow } from './values.ts';

/** What a unit of a currency was worth in dollars on a day, in billionths. */
export type RateOn = (currency: string | null, day: string | null) => bigint | undefined;

const billion = 1_000_000_000n;

interface Quote {
  readonly from: string;
  readonly rate: bigint;
}

/** The published rates by currency, in the order of their days. */
function readQuotes(): ReadonlyMap<string, readonly Quote[]> {
  const file = new URL('../../../transforms/seeds/fx_rates.csv', import.meta.url);
  const quotes = new Map<string, Quote[]>();
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [currency = '', from = '', text = ''] = line.split(',');
    const [whole = '0', digits = ''] = text.split('.');
    const known = quotes.get(currency) ?? [];
    known.push({ from, rate: BigInt(whole + digits.padEnd(9, '0')) });
    quotes.set(currency, known);
  }
  return quotes;
}

/** Each rate holds until the next one of its currency, the first for all days before it, too. */
export function readRates(): RateOn {
  const quotes = readQuotes();
  return (currency, day) => {
    if (currency === 'USD') return billion;
    const known = quotes.get(currency ?? '') ?? [];
    return (known.findLast(({ from }) => day !== null && from <= day) ?? known[0])?.rate;
  };
}

/** The rates with the days on which each holds: the first from the beginning, the last without end. */
export function fxRates(): readonly MartRow[] {
  const dollar: readonly [string, readonly Quote[]] = ['USD', [{ from: '', rate: billion }]];
  return [...readQuotes(), dollar].flatMap(([currency, quotes]) =>
    quotes.map(({ from: named, rate }, nth) => {
      const from = nth === 0 ? '1900-01-01' : named;
      return {
        fx_rate_key: hashKey(currency, from),
        currency,
        valid_from: from,
        valid_to: quotes[nth + 1]?.from ?? '9999-12-31',
        rate: rateText(rate),
      };
    }),
  );
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
