import { sliceIndexes } from './attributes.ts';
import { fail } from './errors.ts';
import { charge } from './meter.ts';
import { numberOf } from './numbers.ts';
import { bind, signature } from './signature.ts';
import { HostObject, Undefined, refuseUndefined, typeName } from './values.ts';
import type { CallArguments, Value } from './values.ts';

/** How many items a range may have, as in Jinja2's sandbox. */
const MAX_RANGE = 100_000;

const ARGUMENTS = signature('start, stop?, step?, /');

/** `range(start, stop, step)`: ints, computed when asked for. */
export class RangeObject extends HostObject {
  override readonly typeName = 'range';
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    super();
    if (step === 0n) fail('JINJA_TYPE', 'range() arg 3 must not be zero');
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  static fromCall(args: CallArguments): RangeObject {
    const [first = null, stop, step] = bind('range', ARGUMENTS, args.positional, args.named).values;
    const made =
      stop === undefined
        ? new RangeObject(0n, asInt(first), 1n)
        : new RangeObject(asInt(first), asInt(stop), step === undefined ? 1n : asInt(step));
    if (made.length() > MAX_RANGE) fail('JINJA_LIMIT', `a range of more than ${MAX_RANGE} items`);
    return made;
  }

  override length(): number {
    const span = this.step > 0n ? this.stop - this.start : this.start - this.stop;
    const step = this.step > 0n ? this.step : -this.step;
    return span <= 0n ? 0 : Number((span + step - 1n) / step);
  }
  *#items(): Generator<Value> {
    const count = this.length();
    for (let at = 0, value = this.start; at < count; at += 1, value += this.step) {
      // An item without a node that asks for it, as in a filter, is work too.
      charge(0.5);
      yield value;
    }
  }
  override iterate(): Iterable<Value> {
    return this.#items();
  }
  override item(key: Value): Value | undefined {
    const index = typeof key === 'boolean' ? BigInt(key) : key;
    if (typeof index !== 'bigint') return undefined;
    const count = BigInt(this.length());
    const at = index < 0n ? index + count : index;
    return at < 0n || at >= count ? undefined : this.start + at * this.step;
  }
  override slice(start: Value, stop: Value, step: Value): Value {
    const { from, to, step: by } = sliceIndexes(this.length(), start, stop, step);
    const at = (index: number): bigint => this.start + BigInt(index) * this.step;
    return new RangeObject(at(from), at(to), this.step * BigInt(by));
  }
  override contains(value: Value): boolean {
    const number = numberOf(value);
    if (number === undefined || !Number.isInteger(Number(number))) return false;
    const int = BigInt(number);
    const isWithin =
      this.step > 0n ? int >= this.start && int < this.stop : int <= this.start && int > this.stop;
    return isWithin && (int - this.start) % this.step === 0n;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'start') return this.start;
    if (name === 'stop') return this.stop;
    return name === 'step' ? this.step : undefined;
  }
  override text(): string {
    const step = this.step === 1n ? '' : `, ${this.step}`;
    return `range(${this.start}, ${this.stop}${step})`;
  }
  override identity(): string {
    const count = this.length();
    if (count === 0) return 'range empty';
    return `range ${count} ${this.start}${count === 1 ? '' : ` ${this.step}`}`;
  }
}

function asInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return BigInt(value);
  if (value instanceof Undefined) return refuseUndefined(value);
  return fail('JINJA_TYPE', `'${typeName(value)}' object cannot be interpreted as an integer`);
}
