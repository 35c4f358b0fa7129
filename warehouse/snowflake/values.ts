import type { Row, SqlValue } from '../warehouse.ts';
import { dateText, timestampText, timeText, zonedTimestampText } from './time-text.ts';

/** A column of a result, as far as its values depend on it. */
export interface ResultColumn {
  readonly getName: () => string;
  readonly getType: () => string;
  readonly getScale: () => number | null | undefined;
}

type Read = (raw: string) => SqlValue;

/** By wire type. What is not named here is text already: text, variant, object, array, binary (hex digits). */
const readers: Readonly<Record<string, (scale: number) => Read>> = {
  fixed: (scale) => (scale > 0 ? (raw) => decimalText(raw, scale) : integer),
  real: () => Number,
  boolean: () => (raw) => raw === '1' || raw.toLowerCase() === 'true',
  date: () => (raw) => dateText(Number(raw)),
  time: () => timeText,
  timestamp_ntz: () => timestampText,
  timestamp_ltz: () => zonedTimestampText,
  timestamp_tz: () => zonedTimestampText,
};

const text: Read = (raw) => raw;

/** How rows of these columns are read: names in lower case, as all of ours are, and values as the interface promises. */
export function rowReader(columns: readonly ResultColumn[]): (values: readonly unknown[]) => Row {
  const plan = columns.map((column) => ({
    name: column.getName().toLowerCase(),
    read: readers[column.getType().toLowerCase()]?.(column.getScale() ?? 0) ?? text,
  }));
  return (values) => {
    const row: Record<string, SqlValue> = {};
    let index = 0;
    for (const { name, read } of plan) {
      const value = values[index];
      index += 1;
      row[name] = value === null || value === undefined ? null : read(asText(value));
    }
    return row;
  };
}

/** All values come as text; what does not is of a kind that is not known here. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As a number where that is exact. */
function integer(raw: string): number | bigint {
  const value = Number(raw);
  return Number.isSafeInteger(value) ? value : BigInt(raw);
}

/** With all digits of its scale. */
function decimalText(raw: string, scale: number): string {
  const point = raw.indexOf('.');
  if (point < 0) return `${raw}.${'0'.repeat(scale)}`;
  return raw.padEnd(point + 1 + scale, '0');
}
