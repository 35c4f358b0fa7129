import { fail } from './errors.ts';

/** A float as Python's repr writes it: shortest digits, a point or an exponent, `inf`, `nan`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= 16 || exponent < -4) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = exponent < 0 ? fractionText(mantissa, exponent) : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function fractionText(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa.replace(/[-.]/g, '')}`;
}

const LARGE = 10n ** 4300n;

/** An integer in decimal; like Python, more than 4,300 digits are refused (the conversion is quadratic). */
export function intText(value: bigint): string {
  if (value >= LARGE || value <= -LARGE)
    fail('JINJA_LIMIT', 'an integer of more than 4300 digits is not printed');
  return value.toString();
}

/** `value` as mantissa times a power of two, exactly. */
function binaryParts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const raw = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return raw === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: raw - 1075 };
}

/** The magnitude of `value` times ten to `digits`, rounded half to even from the exact binary value. */
export function scaledDecimal(value: number, digits: number): bigint {
  const { mantissa, exponent } = binaryParts(Math.abs(value));
  let above = mantissa;
  let below = 1n;
  if (exponent >= 0) above <<= BigInt(exponent);
  else below <<= BigInt(-exponent);
  if (digits >= 0) above *= 10n ** BigInt(digits);
  else below *= 10n ** BigInt(-digits);
  const quotient = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** Fixed notation (`%.2f`), without a sign. */
export function fixedText(value: number, digits: number): string {
  const text = scaledDecimal(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The significant digits of a magnitude and its decimal exponent: 1234.5 with 3 digits is 123 and 3. */
export function significantDigits(
  value: number,
  digits: number,
): { readonly text: string; readonly exponent: number } {
  if (value === 0) return { text: '0'.repeat(digits), exponent: 0 };
  let exponent = Number(Math.abs(value).toExponential().split('e')[1]);
  let text = scaledDecimal(value, digits - 1 - exponent).toString();
  if (text.length > digits) {
    exponent += 1;
    text = scaledDecimal(value, digits - 1 - exponent).toString();
  }
  return { text, exponent };
}
