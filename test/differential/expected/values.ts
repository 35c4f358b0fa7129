import { createHash } from 'node:crypto';

/** A value of a mart's row; times are milliseconds in a `Date`, money and keys are bigint. */
export type Value = string | number | bigint | boolean | Date | null;

/** A row of a mart, by column. */
export type MartRow = Readonly<Record<string, Value>>;

/**
 * A surrogate key: the lower 63 bits of the MD5 over the parts' texts, with | between them, where ~ and | in a text are
 * preceded by ~ and null is ~null~; times have six digits.
 */
export function hashKey(...parts: readonly Value[]): bigint {
  const text = parts.map(partText).join('|');
  const digest = createHash('md5').update(text, 'utf8').digest('hex');
  return BigInt(`0x${digest.slice(16)}`) & 0x7fff_ffff_ffff_ffffn;
}

function partText(part: Value): string {
  if (part === null) return '~null~';
  if (part instanceof Date) return `${part.toISOString().slice(0, 23).replace('T', ' ')}000`;
  return String(part).replaceAll(/[~|]/g, (mark) => `~${mark}`);
}

const unusualMinor: Readonly<Record<string, bigint>> = { JPY: 1n, KRW: 1n, KWD: 1000n };

/** Money in minor units: decimal text (or a product of scaled integers) rounded half away from zero. */
export function minor(amount: string | null | undefined, currency: string | null): bigint {
  const { value, scale } = decimal(amount ?? '0');
  return rounded(value * minorUnits(currency), scale);
}

/** Units times a price, in minor units. */
export function minorOf(units: number, price: string | null | undefined, currency: string | null): bigint {
  const { value, scale } = decimal(price ?? '0');
  return rounded(value * BigInt(units) * minorUnits(currency), scale);
}

/** Minor units that a unit of the currency has. */
export function minorUnits(currency: string | null): bigint {
  return unusualMinor[currency ?? ''] ?? 100n;
}

function decimal(text: string): { readonly value: bigint; readonly scale: bigint } {
  const [whole = '0', digits = ''] = text.split('.');
  return { value: BigInt(whole + digits), scale: 10n ** BigInt(digits.length) };
}

function rounded(value: bigint, scale: bigint): bigint {
  const half = (abs(value) * 2n + scale) / (scale * 2n);
  return value < 0n ? -half : half;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** PostgreSQL's text of a moment as such. */
export function timeOf(text: string | null | undefined): Date | null {
  if (text === null || text === undefined) return null;
  return new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
}

const utc = { timeZone: 'UTC' };
let calendar = new Intl.DateTimeFormat('sv-SE', utc);

/** What `work` makes, with the business days of a time zone; `work` waits for nothing. */
export function inBusinessZone<T>(timeZone: string, work: () => T): T {
  calendar = new Intl.DateTimeFormat('sv-SE', { timeZone });
  try {
    return work();
  } finally {
    calendar = new Intl.DateTimeFormat('sv-SE', utc);
  }
}

/** The business day. */
export function dayOf(at: Date | null): string | null {
  return at === null ? null : calendar.format(at);
}

const minuteMs = 60_000;

/** Boundaries of minutes between two times, in hours of two decimals. */
export function hoursBetween(from: Date | null, to: Date | null): number | null {
  if (from === null || to === null) return null;
  return Math.round((minutesBetween(from, to) / 60) * 100) / 100;
}

/** Boundaries of minutes between two times. */
export function minutesBetween(from: Date, to: Date): number {
  return Math.floor(to.getTime() / minuteMs) - Math.floor(from.getTime() / minuteMs);
}

/** The earliest of some times. */
export function earliest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((each) => each !== null);
  return known.length === 0 ? null : new Date(Math.min(...known.map((each) => each.getTime())));
}

/** The latest of some times. */
export function latest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((each) => each !== null);
  return known.length === 0 ? null : new Date(Math.max(...known.map((each) => each.getTime())));
}

/** The sum of what is said of each. */
export function total<Item>(items: Iterable<Item>, of: (item: Item) => bigint): bigint {
  let sum = 0n;
  for (const item of items) sum += of(item);
  return sum;
}

/** Items by what they have in common. */
export function groupBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
