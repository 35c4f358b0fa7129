import { fail } from './errors.ts';
import { method } from './method-table.ts';
import type { MethodTable } from './method-table.ts';
import { Tuple } from './values.ts';

function bitCount(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  return BigInt(magnitude.toString(2).replaceAll('0', '').length);
}

function bitLength(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  return magnitude === 0n ? 0n : BigInt(magnitude.toString(2).length);
}

export const INT_METHODS: MethodTable<bigint> = new Map([
  method<bigint>('bit_length', '', bitLength),
  method<bigint>('bit_count', '', bitCount),
  method<bigint>('conjugate', '', (self) => self),
  method<bigint>('as_integer_ratio', '', (self) => new Tuple([self, 1n])),
]);

function ratio(self: number): Tuple {
  if (!Number.isFinite(self)) return fail('JINJA_TYPE', 'cannot convert this float to an integer ratio');
  let above = self;
  let below = 1n;
  while (!Number.isInteger(above)) {
    above *= 2;
    below *= 2n;
  }
  return new Tuple([BigInt(above), below]);
}

export const FLOAT_METHODS: MethodTable<number> = new Map([
  method<number>('is_integer', '', (self) => Number.isInteger(self)),
  method<number>('conjugate', '', (self) => self),
  method<number>('as_integer_ratio', '', ratio),
]);
