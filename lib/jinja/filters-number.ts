import { asFlag, asInt } from './arguments.ts';
import { fail } from './errors.ts';
import { filter } from './filter-table.ts';
import type { Filter } from './filter-table.ts';
import { chargeSize } from './meter.ts';
import { fixedText } from './number-text.ts';
import { numberOf, parseFloatText, parseInteger, roundFloat, roundInt, toFloat } from './numbers.ts';
import { binary } from './operators.ts';
import { Undefined, refuseUndefined, typeName } from './values.ts';
import type { Value } from './values.ts';

const DIGITS: Readonly<Record<number, string>> = { 2: 'b', 8: 'o', 16: 'x' };

/** An int spelled in a base, with its prefix or without; undefined if it is none. */
function intInBase(text: string, base: number): bigint | undefined {
  if (base === 10) return parseInteger(text);
  if (base !== 0 && (base < 2 || base > 36)) return undefined;
  const [, sign = '', prefix, digits = ''] = /^\s*([+-]?)(0[bBoOxX]_?)?([0-9a-zA-Z_]*)\s*$/.exec(text) ?? [];
  const letter = prefix?.charAt(1).toLowerCase();
  const implied =
    letter === undefined ? undefined : Object.entries(DIGITS).find(([, it]) => it === letter)?.[0];
  const actual = base === 0 ? Number(implied ?? 10) : base;
  const body = letter !== undefined && DIGITS[actual] !== letter ? `${prefix ?? ''}${digits}` : digits;
  if (base === 0 && implied === undefined && /^0[0-9_]*[1-9]/.test(body)) return undefined;
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(body)) return undefined;
  let value = 0n;
  let count = 0;
  for (const char of body.replaceAll('_', '')) {
    const digit = Number.parseInt(char, 36);
    if (digit >= actual) return undefined;
    value = value * BigInt(actual) + BigInt(digit);
    count += 1;
    chargeSize(count / 16);
  }
  return sign === '-' ? -value : value;
}

function toInt(value: Value, fallback: Value, base: number): Value {
  if (value instanceof Undefined) return refuseUndefined(value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return BigInt(value);
  if (typeof value === 'string') {
    const whole = intInBase(value, base);
    if (whole !== undefined) return whole;
    const float = parseFloatText(value);
    return float === undefined || !Number.isFinite(float) ? fallback : BigInt(Math.trunc(float));
  }
  if (typeof value !== 'number') return fallback;
  if (Number.isNaN(value)) return fallback;
  if (!Number.isFinite(value)) return fail('JINJA_TYPE', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}

function toFloatOr(value: Value, fallback: Value): Value {
  if (value instanceof Undefined) return refuseUndefined(value);
  if (typeof value === 'string') return parseFloatText(value) ?? fallback;
  const number = numberOf(value);
  return number === undefined ? fallback : toFloat(number);
}

function round(value: Value, precision: number, method: Value): Value {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    fail('JINJA_ARGUMENTS', 'round: the method must be common, ceil or floor');
  }
  const number = numberOf(value);
  if (number === undefined) {
    if (value instanceof Undefined) refuseUndefined(value);
    return fail('JINJA_TYPE', `type ${typeName(value)} cannot be rounded`);
  }
  if (method === 'common')
    return typeof number === 'bigint' ? roundInt(number, precision) : roundFloat(number, precision);
  const power = binary('**', 10n, BigInt(precision));
  const scaled = binary('*', number, power);
  return binary('/', wholeOf(scaled, method), power);
}

function wholeOf(value: Value, method: 'ceil' | 'floor'): Value {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return fail('JINJA_TYPE', 'cannot convert this float to an integer');
  return BigInt(Math[method](value));
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(value: Value, isBinary: boolean): string {
  const bytes = toFloatOr(value, null);
  if (typeof bytes !== 'number') return fail('JINJA_TYPE', `a size must be a number, not ${typeName(value)}`);
  if (Number.isNaN(bytes)) return `nan ${isBinary ? 'YiB' : 'YB'}`;
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) {
    if (!Number.isFinite(bytes)) return fail('JINJA_TYPE', 'cannot convert float infinity to integer');
    return `${Math.trunc(bytes) + 0} Bytes`;
  }
  let power = 1;
  while (power < PREFIXES.length && bytes >= base ** (power + 1)) power += 1;
  const prefix = PREFIXES[power - 1] ?? '';
  const shown = (base * bytes) / base ** (power + 1);
  const size = Number.isFinite(shown) ? fixedText(shown, 1) : 'inf';
  return `${size} ${isBinary ? `${prefix.toUpperCase()}i` : prefix}B`;
}

/** Filters on numbers. */
export const NUMBER_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('int', 'default?, base?', (value, [fallback = 0n, base]) => toInt(value, fallback, asInt(base, 10))),
  filter('float', 'default?', (value, [fallback = 0]) => toFloatOr(value, fallback)),
  filter('round', 'precision?, method?', (value, [precision, method = 'common']) => {
    return round(value, asInt(precision, 0), method);
  }),
  filter('abs', '', (value) => {
    const number = numberOf(value);
    if (value instanceof Undefined) refuseUndefined(value);
    if (number === undefined) return fail('JINJA_TYPE', `bad operand type for abs(): '${typeName(value)}'`);
    if (typeof number === 'number') return Math.abs(number);
    return number < 0n ? -number : number;
  }),
  filter('filesizeformat', 'binary?', (value, [binary]) => fileSize(value, asFlag(binary))),
];
