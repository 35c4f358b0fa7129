import type { Column, WireValue } from '../../support/snowflake-double/contract.ts';
import type { WireRow } from '../../support/snowflake-double/engine/account-rig.ts';

const day = 86_400_000;

/** Seconds and nanoseconds since 1970 as DuckDB's text of a timestamp, which ends where its digits do. */
function clockText(value: string): string {
  const [seconds = '', digits = ''] = value.split('.');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = digits.replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

const texts: Readonly<Partial<Record<Column['type'], (value: string) => string>>> = {
  BOOLEAN: (value) => String(value === '1'),
  DATE: (value) => new Date(Number(value) * day).toISOString().slice(0, 10),
  TIMESTAMP_NTZ: clockText,
};

/** A value of the wire in the text that DuckDB has for it. */
export function textOfWire(value: WireValue, { type }: Column): WireValue {
  return value === null ? null : (texts[type]?.(value) ?? value);
}

const recently = 30 * 60_000;

/** Times of this hour two runs have of their own, and a time that was made a text has all of its digits in Snowflake. */
function withoutNow(text: WireValue): WireValue {
  const isTime = text !== null && /^\d{4}-\d{2}-\d{2} \d{2}:/.test(text);
  if (!isTime) return text;
  const at = Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
  return Math.abs(at - Date.now()) < recently ? 'now' : text.replace(/\.0+$/, '');
}

/** Rows in the order of their texts, by lower-case names. */
export function lines(rows: readonly WireRow[]): string[] {
  return rows
    .map((row) => Object.entries(row).map(([name, value]) => [name, withoutNow(value)] as const))
    .map((row) => JSON.stringify(row.toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .toSorted();
}
