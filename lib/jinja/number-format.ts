import { charge } from './meter.ts';
import { fixedText, significantDigits } from './number-text.ts';

/** `e`, `f`, `g` and their capitals, as in C. */
export type FloatStyle = 'e' | 'f' | 'g';

/** The magnitude of a float in one of C's notations; `alternate` keeps the point and trailing zeros. */
export function formatFloat(value: number, style: FloatStyle, precision: number, alternate: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  const magnitude = Math.abs(value);
  if (style === 'f') return fixedText(magnitude, precision) + (alternate && precision === 0 ? '.' : '');
  if (style === 'e') return exponentText(magnitude, precision, alternate);
  return generalText(magnitude, Math.max(1, precision), alternate);
}

function exponentText(magnitude: number, precision: number, alternate: boolean): string {
  const { text, exponent } = significantDigits(magnitude, precision + 1);
  const fraction = text.slice(1);
  const point = fraction !== '' || alternate ? '.' : '';
  return `${text.charAt(0)}${point}${fraction}${exponentSuffix(exponent)}`;
}

export function exponentSuffix(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function generalText(magnitude: number, precision: number, alternate: boolean): string {
  const { text, exponent } = significantDigits(magnitude, precision);
  const isFixed = exponent >= -4 && exponent < precision;
  const plain = isFixed
    ? fixedText(magnitude, precision - 1 - exponent)
    : `${text.charAt(0)}.${text.slice(1)}`;
  const shown = alternate ? withPoint(plain) : trimZeros(plain);
  return isFixed ? shown : shown + exponentSuffix(exponent);
}

function withPoint(text: string): string {
  return text.includes('.') ? text : `${text}.`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

const RADIX = { b: 2, o: 8, x: 16, X: 16, d: 10 } as const;

/** The magnitude of an int in a notation, without a prefix. */
export function formatInt(value: bigint, style: keyof typeof RADIX): string {
  const magnitude = value < 0n ? -value : value;
  const text = magnitude.toString(RADIX[style]);
  return style === 'X' ? text.toUpperCase() : text;
}

/** Puts a separator between groups of digits of the integer part, counted from the point. */
export function groupDigits(text: string, separator: string, size: number): string {
  const [, digits = '', rest = ''] = /^([0-9a-fA-F]*)(.*)$/s.exec(text) ?? [];
  charge(digits.length / 4);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= size) groups.push(digits.slice(Math.max(0, end - size), end));
  return groups.reverse().join(separator) + rest;
}
