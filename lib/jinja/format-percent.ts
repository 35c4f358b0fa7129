import { fail } from './errors.ts';
import { formatFloat, formatInt } from './number-format.ts';
import { toFloat } from './numbers.ts';
import { escapedPoint, padText, pointSlice } from './text.ts';
import {
  Dict,
  HostObject,
  JinjaList,
  Tuple,
  Undefined,
  refuseUndefined,
  representationOf,
  textOf,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

const DIRECTIVE = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.)?/gsu;

/** Hands out the values of a format in order, and says whether any were left. */
class Arguments {
  readonly #all: Value;
  readonly #items: readonly Value[];
  #at = 0;

  constructor(values: Value) {
    this.#all = values;
    this.#items = values instanceof Tuple ? values.items : [values];
  }
  next(): Value {
    const item = this.#items[this.#at];
    this.#at += 1;
    return item === undefined ? fail('JINJA_TYPE', 'not enough arguments for format string') : item;
  }
  named(key: string): Value {
    if (!(this.#all instanceof Dict)) return fail('JINJA_TYPE', 'format requires a mapping');
    this.#at = this.#items.length;
    const value = this.#all.get(key);
    return value === undefined ? fail('JINJA_TYPE', `the format's key '${key}' is missing`) : value;
  }
  finish(): void {
    const all = this.#all;
    const isMapping =
      all instanceof Dict ||
      all instanceof JinjaList ||
      all instanceof Undefined ||
      all instanceof HostObject;
    if (this.#at < this.#items.length && !isMapping) {
      fail('JINJA_TYPE', 'not all arguments converted during string formatting');
    }
  }
}

/** Python's `format % values`. */
export function formatPercent(format: string, values: Value): string {
  const args = new Arguments(values);
  const text = format.replace(DIRECTIVE, (...found: unknown[]) => directive(found, args));
  args.finish();
  return text;
}

interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly conversion: string;
}

function directive(found: unknown[], args: Arguments): string {
  const [whole, key, flags, widthText, precisionText, conversion] = found as (string | undefined)[];
  if (conversion === undefined) return fail('JINJA_TYPE', 'incomplete format');
  const hasPrecision = (whole ?? '').slice((key ?? '').length).includes('.');
  const starred = (text: string | undefined): number => (text === '*' ? starValue(args) : Number(text ?? 0));
  const width = starred(widthText);
  const precision = hasPrecision ? Math.max(0, starred(precisionText)) : undefined;
  if (Math.abs(width) > 16_000_000 || (precision ?? 0) > 10_000)
    fail('JINJA_LIMIT', 'a format that is too wide');
  if (conversion === '%') return '%';
  const value = key === undefined ? args.next() : args.named(key);
  const isLeft = width < 0 ? '-' : '';
  return convert(value, { flags: (flags ?? '') + isLeft, width: Math.abs(width), precision, conversion });
}

function starValue(args: Arguments): number {
  const value = args.next();
  return typeof value === 'bigint' ? Number(value) : fail('JINJA_TYPE', '* wants int');
}

function convert(value: Value, spec: Directive): string {
  switch (spec.conversion) {
    case 's':
      return padded(cut(textOf(value), spec), spec);
    case 'r':
      return padded(cut(representationOf(value), spec), spec);
    case 'a':
      return padded(cut(asciiText(representationOf(value)), spec), spec);
    case 'c':
      return padded(charOf(value), spec);
    case 'd':
    case 'i':
    case 'u':
      return intText(decimalOf(value, spec.conversion), 'd', '', spec);
    case 'o':
    case 'x':
    case 'X':
      return intText(wholeOf(value, spec.conversion), spec.conversion, `0${spec.conversion}`, spec);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return floatConversion(value, spec);
    default:
      return fail('JINJA_TYPE', `unsupported format character '${spec.conversion}'`);
  }
}

function cut(text: string, spec: Directive): string {
  return spec.precision === undefined ? text : pointSlice(text, 0, spec.precision);
}

function padded(text: string, spec: Directive): string {
  return padText(text, spec.width, spec.flags.includes('-') ? 'right' : 'left');
}

function charOf(value: Value): string {
  if (typeof value === 'string' && Array.from(value).length === 1) return value;
  if (typeof value === 'bigint' && value >= 0n && value <= 0x10ffffn)
    return String.fromCodePoint(Number(value));
  return fail('JINJA_TYPE', '%c requires int or char');
}

function needsNumber(value: Value, conversion: string, wanted: string): never {
  if (value instanceof Undefined) refuseUndefined(value);
  return fail('JINJA_TYPE', `%${conversion} format: ${wanted} is required, not ${typeName(value)}`);
}

function wholeOf(value: Value, conversion: string): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? BigInt(value) : needsNumber(value, conversion, 'an integer');
}

function decimalOf(value: Value, conversion: string): bigint {
  if (typeof value !== 'number') {
    return typeof value === 'bigint' || typeof value === 'boolean'
      ? BigInt(value)
      : needsNumber(value, conversion, 'a real number');
  }
  if (!Number.isFinite(value)) return fail('JINJA_TYPE', 'cannot convert this float to an integer');
  return BigInt(Math.trunc(value));
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function intText(value: bigint, style: 'd' | 'o' | 'x' | 'X', prefix: string, spec: Directive): string {
  const digits = formatInt(value, style).padStart(spec.precision ?? 0, '0');
  const head = signOf(value < 0n, spec.flags) + (spec.flags.includes('#') ? prefix : '');
  return zeroFilled(head, digits, spec);
}

function floatConversion(value: Value, spec: Directive): string {
  const number = typeof value === 'boolean' ? BigInt(value) : value;
  if (typeof number !== 'bigint' && typeof number !== 'number')
    return needsNumber(value, spec.conversion, 'a real number');
  const float = toFloat(number);
  const style = spec.conversion.toLowerCase() as 'e' | 'f' | 'g';
  const digits = formatFloat(float, style, spec.precision ?? 6, spec.flags.includes('#'));
  const shown = style === spec.conversion ? digits : digits.toUpperCase();
  return zeroFilled(signOf(float < 0 || Object.is(float, -0), spec.flags), shown, spec);
}

function zeroFilled(head: string, digits: string, spec: Directive): string {
  const isZero = spec.flags.includes('0') && !spec.flags.includes('-');
  return isZero ? head + digits.padStart(spec.width - head.length, '0') : padded(head + digits, spec);
}

function asciiText(text: string): string {
  return Array.from(text)
    .map((char) => (char > '\x7f' ? `\\${escapedPoint(char.codePointAt(0) ?? 0)}` : char))
    .join('');
}
