import type { BinaryOp } from './ast.ts';
import { fail } from './errors.ts';
import { fixedText, scaledDecimal } from './number-text.ts';
import { chargeSize } from './meter.ts';
import type { Value } from './values.ts';

/** An int or a float. */
export type Num = bigint | number;

/** How many bits a power may have. */
const MAX_POWER_BITS = 1_000_000;

/** The number a value is, bools included; undefined for everything else. */
export function numberOf(value: Value): Num | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? BigInt(value) : undefined;
}

/** A number as a float; an int beyond its range is refused. */
export function toFloat(value: Num): number {
  if (typeof value === 'number') return value;
  const float = Number(value);
  return Number.isFinite(float) ? float : fail('JINJA_TYPE', 'int too large to convert to float');
}

type Pair<T> = (a: T, b: T) => Num;

const INT_OPS: Readonly<Record<Exclude<BinaryOp, '~'>, Pair<bigint>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': multiplyInts,
  '/': divideInts,
  '//': (a, b) => floorDivide(a, nonZero(b)),
  '%': (a, b) => a - b * floorDivide(a, nonZero(b)),
  '**': powerInts,
};

const FLOAT_OPS: Readonly<Record<Exclude<BinaryOp, '~'>, Pair<number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / nonZero(b),
  '//': (a, b) => floorDivideFloats(a, nonZero(b)),
  '%': (a, b) => moduloFloats(a, nonZero(b)),
  '**': powerFloats,
};

/** Arithmetic on two numbers: exact on ints, and a float as soon as one is a float. */
export function numberOp(op: Exclude<BinaryOp, '~'>, a: Num, b: Num): Num {
  if (typeof a === 'bigint' && typeof b === 'bigint') return INT_OPS[op](a, b);
  return FLOAT_OPS[op](toFloat(a), toFloat(b));
}

function nonZero<T extends Num>(value: T): T {
  // oxlint-disable-next-line eqeqeq
  return value == 0 ? fail('JINJA_TYPE', 'division by zero') : value;
}

function multiplyInts(a: bigint, b: bigint): bigint {
  const bits = bitLength(a) + bitLength(b);
  if (bits > MAX_POWER_BITS) fail('JINJA_LIMIT', 'the product is too large');
  if (bits > 1000) chargeSize(bits);
  return a * b;
}

function bitLength(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  return magnitude < 0x1fffffffffffffn ? 53 : magnitude.toString(16).length * 4;
}

function floorDivide(a: bigint, b: bigint): bigint {
  if (a > EXACT || a < -EXACT) chargeSize(bitLength(a));
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);

function divideInts(a: bigint, b: bigint): number {
  nonZero(b);
  if (a <= EXACT && a >= -EXACT && b <= EXACT && b >= -EXACT) return Number(a) / Number(b);
  const isNegative = a < 0n !== b < 0n;
  const above = a < 0n ? -a : a;
  const below = b < 0n ? -b : b;
  // Enough bits of the quotient for one correct rounding, the lost ones kept in the last bit.
  const shift = Math.max(0, 66 - (above.toString(2).length - below.toString(2).length));
  const scaled = above << BigInt(shift);
  const quotient = scaled / below;
  const sticky = scaled % below === 0n ? quotient : quotient | 1n;
  const result = Number(sticky) / 2 ** shift;
  if (!Number.isFinite(result)) fail('JINJA_TYPE', 'integer division result too large for a float');
  return isNegative ? -result : result;
}

function moduloFloats(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function floorDivideFloats(a: number, b: number): number {
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return a / b < 0 ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function powerInts(a: bigint, b: bigint): Num {
  if (b < 0n) {
    if (a === 0n) fail('JINJA_TYPE', '0.0 cannot be raised to a negative power');
    return powerFloats(toFloat(a), toFloat(b));
  }
  const isSmall = a >= -1n && a <= 1n;
  if (!isSmall && b * BigInt(a.toString(2).length) > MAX_POWER_BITS)
    fail('JINJA_LIMIT', 'the power is too large');
  if (!isSmall) chargeSize(Number(b));
  return a ** b;
}

function powerFloats(a: number, b: number): number {
  if (a === 0 && b < 0) fail('JINJA_TYPE', '0.0 cannot be raised to a negative power');
  if (a === 1 || b === 0) return 1;
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return 1;
  if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b)) {
    fail('JINJA_TYPE', 'complex numbers are not supported');
  }
  const result = a ** b;
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
    fail('JINJA_TYPE', 'numerical result out of range');
  }
  return result;
}

/** Python's `round(x, digits)`: half to even on the exact value. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 323) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  const text = digits >= 0 ? fixedText(value, digits) : `${scaledDecimal(value, digits)}e${-digits}`;
  return value < 0 || Object.is(value, -0) ? -Number(text) : Number(text);
}

/** Python's `round(n, digits)` of an int: half to even for negative digits. */
export function roundInt(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  if (digits < -10_000) return 0n;
  const unit = 10n ** BigInt(-digits);
  const rest = ((value % unit) + unit) % unit;
  const base = value - rest;
  const twice = rest * 2n;
  const isUp = twice > unit || (twice === unit && (base / unit) % 2n !== 0n);
  return isUp ? base + unit : base;
}

const INT_TEXT = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT_TEXT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const SPECIAL_TEXT = /^([+-]?)(inf|infinity|nan)$/i;

/** The int a text spells in decimal, blanks around it allowed. */
export function parseInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (!INT_TEXT.test(trimmed) || trimmed.length > 4300) return undefined;
  return BigInt(trimmed.replaceAll('_', '').replace(/^\+/, ''));
}

/** The float a text spells, as Python's `float(text)` reads it. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim();
  if (FLOAT_TEXT.test(trimmed)) return Number(trimmed.replaceAll('_', ''));
  const special = SPECIAL_TEXT.exec(trimmed);
  if (special === null) return undefined;
  const magnitude = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] === '-' ? -magnitude : magnitude;
}
