import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimeValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { WireValue } from '../contract.ts';
import { indented } from './json-text.ts';

/** Minutes of a time zone east of Greenwich at a moment. */
type OffsetAt = (epochMs: number) => number;

const nanosOf: ReadonlyArray<readonly [new (...args: never[]) => object, (value: never) => bigint]> = [
  [DuckDBTimestampValue, (value: DuckDBTimestampValue) => value.micros * 1000n],
  [DuckDBTimestampTZValue, (value: DuckDBTimestampTZValue) => value.micros * 1000n],
  [DuckDBTimestampNanosecondsValue, (value: DuckDBTimestampNanosecondsValue) => value.nanos],
  [DuckDBTimestampMillisecondsValue, (value: DuckDBTimestampMillisecondsValue) => value.millis * 1_000_000n],
  [DuckDBTimestampSecondsValue, (value: DuckDBTimestampSecondsValue) => value.seconds * 1_000_000_000n],
  [DuckDBTimeValue, (value: DuckDBTimeValue) => value.micros * 1000n],
];

/** Seconds with nine decimals; before 1970 the sign stands before the whole. */
function secondsText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const text = `${size / 1_000_000_000n}.${String(size % 1_000_000_000n).padStart(9, '0')}`;
  return nanos < 0n ? `-${text}` : text;
}

function realText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** How a session wants values to be written. */
export interface WireStyle {
  readonly offsetAt: OffsetAt;
  /** JSON_INDENT. */
  readonly indent: number;
}

/** One value of a result in Snowflake's wire text. */
export function wireValue(value: DuckDBValue, type: DuckDBType, style: WireStyle): WireValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return isReal(type) ? realText(value) : String(value);
  if (typeof value === 'string') return type.alias === 'JSON' ? indented(value, style.indent) : value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBDateValue) return String(value.days);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex').toUpperCase();
  const [, nanos] = nanosOf.find(([kind]) => value instanceof kind) ?? [];
  if (nanos === undefined) return indented(nestedText(value, type), style.indent);
  const seconds = secondsText(nanos(value as never));
  if (!(value instanceof DuckDBTimestampTZValue)) return seconds;
  return `${seconds} ${style.offsetAt(Number(value.micros / 1000n)) + 1440}`;
}

function isReal(type: DuckDBType): boolean {
  return ['DOUBLE', 'FLOAT'].includes(type.toString());
}

function nestedText(value: DuckDBValue, type: DuckDBType): string {
  return JSON.stringify(JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The offset of an IANA zone, DST in mind. */
export function offsetsOf(timeZone: string): OffsetAt {
  if (timeZone === 'UTC') return () => 0;
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  formats.set(timeZone, format);
  return (epochMs) => {
    const name = format.formatToParts(epochMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    if (hours === undefined) return 0;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
}
