import { fail } from './errors.ts';
import { exponentSuffix, formatFloat, formatInt, groupDigits } from './number-format.ts';
import { floatText, significantDigits } from './number-text.ts';
import { toFloat } from './numbers.ts';
import { padText, pointLength, pointSlice } from './text.ts';
import { Undefined, textOf, typeName } from './values.ts';
import type { Value } from './values.ts';

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly group: string;
  readonly precision: number | undefined;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([_,])?(?:\.(\d+))?([a-zA-Z%])?$/su;
const MAX_WIDTH = 16_000_000;

function parseSpec(text: string): Spec {
  const found = SPEC.exec(text);
  if (found === null) return fail('JINJA_TYPE', `invalid format specifier '${text}'`);
  const [, fill, align, sign = '-', , alternate, zero, width = '0', group = '', precision, type = ''] = found;
  if (Number(width) > MAX_WIDTH || Number(precision ?? 0) > 10_000)
    fail('JINJA_LIMIT', 'a format that is too wide');
  return {
    fill:
      fill ??
      (zero !== undefined && align === undefined
        ? '0'
        : zero !== undefined && fill === undefined
          ? '0'
          : ' '),
    align: align ?? (zero === undefined ? undefined : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

/** Python's `format(value, spec)`. */
export function formatValue(value: Value, text: string): string {
  if (text === '') return textOf(value);
  const spec = parseSpec(text);
  if (typeof value === 'string') return formatText(value, spec);
  const number = typeof value === 'boolean' ? BigInt(value) : value;
  if (typeof number === 'bigint') return formatIntSpec(number, spec);
  if (typeof number === 'number') return formatFloatSpec(number, spec);
  const named = value instanceof Undefined ? 'Undefined' : typeName(value);
  return fail('JINJA_TYPE', `unsupported format string passed to ${named}.__format__`);
}

function formatText(value: string, spec: Spec): string {
  const isRefused = spec.sign !== '-' || spec.alternate || spec.group !== '' || spec.align === '=';
  if (isRefused && !(spec.align === '=' && spec.fill === '0')) return badSpec(spec, 'str');
  if (spec.type !== '' && spec.type !== 's') return badSpec(spec, 'str');
  const cut = spec.precision === undefined ? value : pointSlice(value, 0, spec.precision);
  return aligned(cut, spec, '<');
}

function badSpec(spec: Spec, type: string): never {
  return fail('JINJA_TYPE', `this format specifier ('${spec.type}') does not suit a value of type '${type}'`);
}

function aligned(text: string, spec: Spec, otherwise: '<' | '>'): string {
  const align = spec.align === '=' && otherwise === '<' ? '<' : (spec.align ?? otherwise);
  if (align === '^') {
    const missing = Math.max(0, spec.width - pointLength(text));
    const left = Math.floor(missing / 2);
    return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left);
  }
  return padText(text, spec.width, align === '<' ? 'right' : 'left', spec.fill);
}

const INT_STYLES = new Set(['', 'd', 'n', 'b', 'o', 'x', 'X']);
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0o', x: '0x', X: '0X' };

function formatIntSpec(value: bigint, spec: Spec): string {
  if (spec.type === 'c') return formatChar(value, spec);
  if (!INT_STYLES.has(spec.type)) return formatFloatSpec(toFloat(value), spec);
  if (spec.precision !== undefined)
    return fail('JINJA_TYPE', 'precision not allowed in integer format specifier');
  if (spec.group === ',' && 'boxX'.includes(spec.type) && spec.type !== '') return badSpec(spec, 'int');
  if (spec.group !== '' && spec.type === 'n') return badSpec(spec, 'int');
  const style = spec.type === '' || spec.type === 'n' ? 'd' : (spec.type as 'd');
  const prefix = spec.alternate ? (PREFIXES[spec.type] ?? '') : '';
  return numberText(value < 0n, prefix, formatInt(value, style), spec, style === 'd' ? 3 : 4);
}

function formatChar(value: bigint, spec: Spec): string {
  if (spec.sign !== '-' || spec.precision !== undefined || spec.group !== '') return badSpec(spec, 'int');
  if (value < 0n || value > 0x10ffffn) return fail('JINJA_TYPE', '%c arg not in range(0x110000)');
  return aligned(String.fromCodePoint(Number(value)), spec, '>');
}

function formatFloatSpec(value: number, spec: Spec): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const { type, precision, alternate } = spec;
  let text: string;
  if (type === '%') text = `${formatFloat(value * 100, 'f', precision ?? 6, alternate)}%`;
  else if (type === '') text = precision === undefined ? shortest(value) : shortText(value, precision);
  else {
    const style = type === 'n' ? 'g' : type.toLowerCase();
    if (style !== 'e' && style !== 'f' && style !== 'g') return badSpec(spec, 'float');
    if (spec.group !== '' && type === 'n') return badSpec(spec, 'float');
    text = formatFloat(value, style, precision ?? 6, alternate);
    if (type !== 'n' && type !== style) text = text.toUpperCase();
  }
  return numberText(isNegative, '', text, spec, 3);
}

function shortest(value: number): string {
  return floatText(Math.abs(value));
}

/** Without a type: like `g`, but with a digit behind the point. */
function shortText(value: number, precision: number): string {
  if (!Number.isFinite(value)) return formatFloat(value, 'g', precision, false);
  const digits = Math.max(1, precision);
  const { text, exponent } = significantDigits(value, digits);
  if (exponent < -4 || exponent >= digits - (precision === 0 ? 0 : 0)) return scientific(text, exponent);
  const general = formatFloat(value, 'g', digits, false);
  if (general.includes('.')) return general;
  // Where no digit is left for behind the point, Python goes to the exponent.
  return general.length >= digits && exponent === digits - 1 ? scientific(text, exponent) : `${general}.0`;
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.slice(1).replace(/0+$/, '');
  return `${digits.charAt(0)}${fraction === '' ? '' : `.${fraction}`}${exponentSuffix(exponent)}`;
}

function numberText(
  isNegative: boolean,
  prefix: string,
  digits: string,
  spec: Spec,
  groupSize: number,
): string {
  const sign = isNegative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const head = sign + prefix;
  const isNumeric = /^[0-9a-fA-F]/.test(digits) && digits !== 'inf';
  let body = spec.group === '' || !isNumeric ? digits : groupDigits(digits, spec.group, groupSize);
  if (spec.align !== '=') return aligned(head + body, spec, '>');
  const room = spec.width - head.length;
  if (spec.fill === '0' && spec.group !== '' && isNumeric)
    body = zeroGrouped(digits, room, spec.group, groupSize);
  return head + padText(body, room, 'left', spec.fill);
}

/** Zeros in front are grouped as well, and never begin with a separator. */
function zeroGrouped(digits: string, room: number, separator: string, size: number): string {
  const short = Math.max(0, room - groupDigits(digits, separator, size).length);
  // Nearly all of them at once: one at a time would go through the text for each.
  let padded = '0'.repeat(Math.floor((short * size) / (size + 1))) + digits;
  while (groupDigits(padded, separator, size).length < room) padded = `0${padded}`;
  return groupDigits(padded, separator, size);
}
