import { readFileSync } from 'node:fs';
import { hashKey } from './values.ts';
import type { MartRow, Value } from './values.ts';

/** What stands for no value: not known, and not applicable. */
const standing = [
  [-1n, 'Unknown'],
  [-2n, 'Not applicable'],
] as const;

/** A row for each value that is named, and the two that stand for none. */
function members(
  named: Iterable<Value | undefined>,
  { key, column }: { readonly key: string; readonly column: string },
  about: (value: string, isStanding: boolean) => MartRow = () => ({}),
): readonly MartRow[] {
  const none = new Set<Value>(standing.map(([, value]) => value));
  const values = [...new Set(named)].filter((each) => typeof each === 'string' && !none.has(each));
  return [
    ...values.map((value) => ({
      [key]: hashKey(value ?? null),
      [column]: value ?? null,
      ...about(String(value), false),
      is_standing: false,
    })),
    ...standing.map(([id, value]) => ({
      [key]: id,
      [column]: value,
      ...about(value, true),
      is_standing: true,
    })),
  ];
}

/** Rows of a list that the project keeps, by its first column. */
function readList(name: string): ReadonlyMap<string, readonly string[]> {
  const file = new URL(`../../../transforms/seeds/${name}.csv`, import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      // Texts with a comma in them stand in quotes.
      const fields = [...line.matchAll(/"((?:[^"]|"")*)"|([^,]+)/g)];
      const [first = '', ...rest] = fields.map(
        ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
      );
      return [first, rest];
    }),
  );
}

function column(rows: readonly MartRow[], name: string): readonly (Value | undefined)[] {
  return rows.map((row) => row[name]);
}

export function dimCarrier(shipments: readonly MartRow[]): readonly MartRow[] {
  return members(column(shipments, 'carrier'), { key: 'carrier_key', column: 'carrier' });
}

export function dimChannel(
  orders: readonly MartRow[],
  cancelled: readonly (string | null)[],
): readonly MartRow[] {
  const named = [...column(orders, 'channel'), ...cancelled];
  return members(named, { key: 'channel_key', column: 'channel' });
}

export function dimCurrency(
  facts: readonly (readonly MartRow[])[],
  cancelled: readonly (string | null)[],
): readonly MartRow[] {
  const list = readList('currencies');
  const rated = new Set(['USD', ...readList('fx_rates').keys()]);
  const named = [
    ...facts.flatMap((rows) => [...column(rows, 'currency'), ...column(rows, 'balance_currency')]),
    ...cancelled,
    ...list.keys(),
  ];
  return members(named, { key: 'currency_key', column: 'currency' }, (value, isStanding) => ({
    currency_name: list.get(value)?.[0] ?? (isStanding ? value : 'Unknown'),
    minor_digits: BigInt(list.get(value)?.[1] ?? 2),
    has_rate: rated.has(value),
    is_inferred: isStanding ? value === 'Unknown' : !list.has(value),
  }));
}

export function dimGeography(rows: readonly (readonly MartRow[])[]): readonly MartRow[] {
  const list = readList('countries');
  const named = rows.flatMap((each) => column(each, 'country'));
  return members(named, { key: 'geography_key', column: 'country' }, (value, isStanding) => ({
    country_name: list.get(value)?.[0] ?? value,
    is_inferred: isStanding ? value === 'Unknown' : !list.has(value),
  }));
}

const methods: ReadonlyMap<string, readonly [name: string, processor: string, isCard: boolean]> = new Map([
  ['card', ['Card', 'stripe', true]],
  ['apple_pay', ['Apple Pay', 'stripe', true]],
  ['google_pay', ['Google Pay', 'stripe', true]],
  ['link', ['Link', 'stripe', true]],
  ['shopify_payments', ['Shopify Payments', 'shopify', true]],
  ['paypal', ['PayPal', 'paypal', false]],
  ['gift_card', ['Gift card', 'none', false]],
  ['manual', ['Manual', 'none', false]],
  ['cash', ['Cash', 'none', false]],
  ['bank_transfer', ['Bank transfer', 'bank', false]],
]);

/** Whether facts can name a means of payment. */
export function isMethod(method: string | null): boolean {
  return methods.has(method ?? '');
}

export function dimPaymentMethod(): readonly MartRow[] {
  const row = (key: bigint, method: string, name: string, processor: string, isCard: boolean): MartRow => ({
    payment_method_key: key,
    method,
    method_name: name,
    processor,
    is_card: isCard,
  });
  return [
    ...[...methods].map(([method, about]) => row(hashKey(method), method, ...about)),
    row(-1n, 'unknown', 'Unknown', 'unknown', false),
    row(-2n, 'none', 'Not applicable', 'none', false),
  ];
}

const dayMs = 86_400_000;

/** The Monday of a day's week. */
function mondayOf(at: number): number {
  return at - ((new Date(at).getUTCDay() + 6) % 7) * dayMs;
}

/** The calendar from 2008 to 2035, weeks as ISO 8601 counts them. */
export function dimDate(): readonly MartRow[] {
  const [first, last] = [Date.parse('2008-01-01'), Date.parse('2035-12-31')];
  return Array.from({ length: (last - first) / dayMs + 1 }, (_, nth) => {
    const at = first + nth * dayMs;
    const date = new Date(at);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    // A week is of the year of its Thursday; the fourth of January is always in the first.
    const weekYear = new Date(mondayOf(at) + 3 * dayMs).getUTCFullYear();
    const week = (mondayOf(at) - mondayOf(Date.UTC(weekYear, 0, 4))) / dayMs / 7 + 1;
    const weekday = ((date.getUTCDay() + 6) % 7) + 1;
    return {
      date_key: BigInt(year * 10_000 + month * 100 + date.getUTCDate()),
      date_day: date.toISOString().slice(0, 10),
      year,
      quarter: Math.ceil(month / 3),
      month,
      month_name: date.toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' }),
      week,
      day_of_week: weekday,
      is_weekend: weekday > 5,
    };
  });
}
