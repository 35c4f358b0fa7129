import { numberOf } from '../numbers.ts';
import type { ArithmeticOp } from '../values.ts';
import { HostObject } from '../values.ts';
import type { Value } from '../values.ts';
import { bound } from '../host.ts';

export const dayMillis = 86_400_000;

/** `datetime.timedelta`, to the millisecond. */
export class TimeDelta extends HostObject {
  override readonly typeName = 'timedelta';
  readonly millis: number;
  constructor(millis: number) {
    super();
    this.millis = millis;
  }
  /** Whole days, and what is left of the last one: never negative, as in Python. */
  get days(): number {
    return Math.floor(this.millis / dayMillis);
  }
  get rest(): number {
    return this.millis - this.days * dayMillis;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'days') return BigInt(this.days);
    if (name === 'seconds') return BigInt(Math.floor(this.rest / 1000));
    if (name === 'microseconds') return BigInt(Math.round((this.rest % 1000) * 1000));
    if (name === 'total_seconds') return bound('total_seconds', [], () => this.millis / 1000)[1];
    return undefined;
  }
  override truthy(): boolean {
    return this.millis !== 0;
  }
  override text(): string {
    const { days } = this;
    const iso = new Date(this.rest).toISOString();
    const fraction = iso.slice(19, 23);
    const clock = iso.slice(11, 19).replace(/^0/, '') + (fraction === '.000' ? '' : `${fraction}000`);
    return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`;
  }
  override identity(): string {
    return `timedelta ${this.millis}`;
  }
  override order(other: Value): number | undefined {
    return other instanceof TimeDelta ? this.millis - other.millis : undefined;
  }
  override operate(op: ArithmeticOp, other: Value, isRight: boolean): Value | undefined {
    if (other instanceof TimeDelta) return isRight ? undefined : withDelta(op, this.millis, other.millis);
    const number = numberOf(other);
    if (number === undefined) return undefined;
    if (op === '*') return new TimeDelta(this.millis * Number(number));
    if (isRight || Number(number) === 0) return undefined;
    if (op === '/') return new TimeDelta(this.millis / Number(number));
    return op === '//' ? new TimeDelta(Math.floor(this.millis / Number(number))) : undefined;
  }
  override negate(): Value {
    return new TimeDelta(-this.millis);
  }
}

function withDelta(op: ArithmeticOp, a: number, b: number): Value | undefined {
  if (op === '+') return new TimeDelta(a + b);
  if (op === '-') return new TimeDelta(a - b);
  if (b === 0) return undefined;
  if (op === '/') return a / b;
  if (op === '//') return BigInt(Math.floor(a / b));
  return op === '%' ? new TimeDelta(a - b * Math.floor(a / b)) : undefined;
}
