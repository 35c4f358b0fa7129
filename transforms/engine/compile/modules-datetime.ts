import { HostObject } from '../jinja/values.ts';
import type { CallArguments, Value } from '../jinja/values.ts';
import { argumentError, bound, mustText, Namespace, shownText } from './host.ts';

/** An instant or a wall-clock time with microseconds left out: milliseconds since 1970 as if it were UTC. */
class DateTime extends HostObject {
  override readonly typeName: string;
  readonly millis: number;
  /** Whether it knows that it is UTC. */
  readonly isUtc: boolean;
  readonly isDate: boolean;

  constructor(millis: number, isUtc: boolean, isDate = false) {
    super();
    this.millis = millis;
    this.isUtc = isUtc;
    this.isDate = isDate;
    this.typeName = isDate ? 'date' : 'datetime';
  }

  override attribute(name: string): Value | undefined {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part !== undefined) return BigInt(part(new Date(this.millis)));
    if (name === 'tzinfo') return this.isUtc ? utc : null;
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method?.(this);
  }
  override text(): string {
    return this.isDate ? strftime(this, '%Y-%m-%d') : this.iso(' ');
  }
  override identity(): string {
    return `${this.typeName} ${this.millis}`;
  }
  iso(separator: string): string {
    const iso = new Date(this.millis).toISOString();
    const millis = iso.slice(19, 23);
    const fraction = millis === '.000' ? '' : `${millis}000`;
    return `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}${fraction}${this.isUtc ? '+00:00' : ''}`;
  }
}

/** A UTC instant as templates see it. */
export function dateTime(at: Date): Value {
  return new DateTime(at.getTime(), true);
}

const parts: Readonly<Record<string, (at: Date) => number>> = {
  year: (at) => at.getUTCFullYear(),
  month: (at) => at.getUTCMonth() + 1,
  day: (at) => at.getUTCDate(),
  hour: (at) => at.getUTCHours(),
  minute: (at) => at.getUTCMinutes(),
  second: (at) => at.getUTCSeconds(),
  microsecond: (at) => at.getUTCMilliseconds() * 1000,
};

const partNames = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'];

const methods: Readonly<Record<string, (self: DateTime) => Value>> = {
  strftime: (self) => bound('strftime', ['format'], ([format]) => strftime(self, shownText(format)))[1],
  isoformat: (self) =>
    bound('isoformat', ['sep'], ([separator]) =>
      self.isDate ? self.text() : self.iso(shownText(separator ?? 'T')),
    )[1],
  date: (self) => bound('date', [], () => new DateTime(startOfDay(self.millis), false, true))[1],
  weekday: (self) => bound('weekday', [], () => BigInt((new Date(self.millis).getUTCDay() + 6) % 7))[1],
  isoweekday: (self) =>
    bound('isoweekday', [], () => BigInt(((new Date(self.millis).getUTCDay() + 6) % 7) + 1))[1],
  timestamp: (self) => bound('timestamp', [], () => self.millis / 1000)[1],
  astimezone: (self) =>
    bound('astimezone', ['tz'], (_, args) => new DateTime(mustBeUtc(self, args), true))[1],
  replace: (self) =>
    bound('replace', [...partNames, 'tzinfo'], (values) => {
      const was = partNames.map((name) => parts[name]?.(new Date(self.millis)) ?? 0);
      const now = was.map((before, index) => numberOr(values[index], before));
      return new DateTime(
        toMillis(now),
        values[7] === undefined ? self.isUtc : values[7] !== null,
        self.isDate,
      );
    })[1],
  // Templates have no arithmetic on objects of the host, so the sums of Python are methods here.
  add: (self) =>
    bound(
      'add',
      ['delta'],
      ([delta], args) => new DateTime(self.millis + mustDelta(delta, args), self.isUtc, self.isDate),
    )[1],
  subtract: (self) =>
    bound('subtract', ['other'], ([other], args) =>
      other instanceof DateTime
        ? new TimeDelta(self.millis - other.millis)
        : new DateTime(self.millis - mustDelta(other, args), self.isUtc, self.isDate),
    )[1],
};

function mustBeUtc(self: DateTime, args: CallArguments): number {
  if (!self.isUtc) throw argumentError('a time without a zone cannot change its zone', args);
  return self.millis;
}

class TimeDelta extends HostObject {
  override readonly typeName = 'timedelta';
  readonly millis: number;
  constructor(millis: number) {
    super();
    this.millis = millis;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'days') return BigInt(Math.floor(this.millis / 86_400_000));
    if (name === 'seconds') return BigInt(Math.floor((this.millis % 86_400_000) / 1000));
    if (name === 'total_seconds') return bound('total_seconds', [], () => this.millis / 1000)[1];
    return undefined;
  }
  override text(): string {
    const days = Math.floor(this.millis / 86_400_000);
    const clock = new Date(this.millis - days * 86_400_000).toISOString().slice(11, 19).replace(/^0/, '');
    return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`;
  }
  override identity(): string {
    return `timedelta ${this.millis}`;
  }
}

function mustDelta(value: Value | undefined, args: CallArguments): number {
  if (value instanceof TimeDelta) return value.millis;
  throw argumentError('a timedelta is needed', args);
}

function startOfDay(millis: number): number {
  return Math.floor(millis / 86_400_000) * 86_400_000;
}

function numberOr(value: Value | undefined, fallback: number): number {
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : fallback;
}

function toMillis([
  year = 1970,
  month = 1,
  day = 1,
  hour = 0,
  minute = 0,
  second = 0,
  micro = 0,
]: readonly number[]): number {
  return Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(micro / 1000));
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const directives: Readonly<Record<string, (at: Date, self: DateTime) => string>> = {
  Y: (at) => pad(at.getUTCFullYear(), 4),
  y: (at) => pad(at.getUTCFullYear() % 100),
  m: (at) => pad(at.getUTCMonth() + 1),
  d: (at) => pad(at.getUTCDate()),
  H: (at) => pad(at.getUTCHours()),
  I: (at) => pad(at.getUTCHours() % 12 === 0 ? 12 : at.getUTCHours() % 12),
  M: (at) => pad(at.getUTCMinutes()),
  S: (at) => pad(at.getUTCSeconds()),
  f: (at) => pad(at.getUTCMilliseconds() * 1000, 6),
  p: (at) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  j: (at) => pad(Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1, 3),
  A: (at) => days[at.getUTCDay()] ?? '',
  a: (at) => (days[at.getUTCDay()] ?? '').slice(0, 3),
  B: (at) => months[at.getUTCMonth()] ?? '',
  b: (at) => (months[at.getUTCMonth()] ?? '').slice(0, 3),
  w: (at) => String(at.getUTCDay()),
  u: (at) => String(at.getUTCDay() === 0 ? 7 : at.getUTCDay()),
  s: (at) => String(Math.floor(at.getTime() / 1000)),
  z: (_, self) => (self.isUtc ? '+0000' : ''),
  Z: (_, self) => (self.isUtc ? 'UTC' : ''),
  '%': () => '%',
};

function strftime(self: DateTime, format: string): string {
  const at = new Date(self.millis);
  return format.replaceAll(/%(.)/g, (whole, letter: string) =>
    Object.hasOwn(directives, letter) ? (directives[letter]?.(at, self) ?? '') : whole,
  );
}

/** Parses by the numeric directives; what does not fit is a typed error, as Python raises one. */
function strptime(text: string, format: string, args: CallArguments): DateTime {
  const order: string[] = [];
  const pattern = format
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(/%(.)/g, (_, letter: string) => {
      order.push(letter);
      return letter === 'f' ? '(\\d{1,6})' : letter === 'Y' ? '(\\d{4})' : '(\\d{1,2})';
    });
  const index: Readonly<Record<string, number>> = { Y: 0, m: 1, d: 2, H: 3, M: 4, S: 5, f: 6 };
  const unknown = order.find((letter) => !Object.hasOwn(index, letter));
  if (unknown !== undefined) throw argumentError(`strptime does not read %${unknown}`, args);
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (match === null) throw argumentError(`time data '${text}' does not match format '${format}'`, args);
  const values = [1900, 1, 1, 0, 0, 0, 0];
  for (const [place, letter] of order.entries()) {
    const digits = match[place + 1] ?? '0';
    values[index[letter] ?? 0] = Number(letter === 'f' ? digits.padEnd(6, '0') : digits);
  }
  return new DateTime(toMillis(values), false);
}

function now(isUtc: boolean): DateTime {
  return new DateTime(Date.now(), isUtc);
}

const utc = new Namespace('UTC', new Map<string, Value>([['zone', 'UTC']]));

/** The class `datetime.datetime`: callable, with its class methods. */
class Class extends HostObject {
  override readonly typeName = 'type';
  readonly #name: string;
  readonly #make: (args: CallArguments) => Value;
  readonly #table: ReadonlyMap<string, Value>;
  constructor(
    name: string,
    make: (args: CallArguments) => Value,
    table: readonly (readonly [string, Value])[],
  ) {
    super();
    this.#name = name;
    this.#make = make;
    this.#table = new Map(table);
  }
  override attribute(name: string): Value | undefined {
    return this.#table.get(name);
  }
  override call(args: CallArguments): Value {
    return this.#make(args);
  }
  override text(): string {
    return `<class 'datetime.${this.#name}'>`;
  }
  override identity(): string {
    return this.#name;
  }
}

function make(isDate: boolean): (args: CallArguments) => Value {
  return (args) => {
    const values = partNames.map((name, index) => args.positional[index] ?? args.named.get(name));
    if (values.slice(0, 3).some((each) => each === undefined))
      throw argumentError('year, month and day are needed', args);
    return new DateTime(
      toMillis(values.map((each, index) => numberOr(each, index < 3 ? 1 : 0))),
      false,
      isDate,
    );
  };
}

const fromIso = (isDate: boolean): readonly [string, Value] =>
  bound('fromisoformat', ['text'], ([text], args) => {
    const said = mustText(text, 'a date', args);
    const millis = Date.parse(
      /[zZ]|[+-]\d\d:\d\d$/.test(said) || said.length <= 10 ? said : `${said.replace(' ', 'T')}Z`,
    );
    if (Number.isNaN(millis)) throw argumentError(`Invalid isoformat string: '${said}'`, args);
    return new DateTime(millis, /[zZ]|[+-]\d\d:\d\d$/.test(said), isDate);
  });

const units: Readonly<Record<string, number>> = {
  days: 86_400_000,
  seconds: 1000,
  microseconds: 0.001,
  milliseconds: 1,
  minutes: 60_000,
  hours: 3_600_000,
  weeks: 604_800_000,
};

/** `modules.datetime`; times are UTC or without a zone. */
export const datetimeModule: Value = new Namespace(
  'datetime',
  new Map<string, Value>([
    [
      'datetime',
      new Class('datetime', make(false), [
        bound('now', ['tz'], ([zone]) => now(zone !== undefined && zone !== null)),
        bound('utcnow', [], () => now(false)),
        bound('today', [], () => now(false)),
        bound('strptime', ['text', 'format'], ([text, format], args) =>
          strptime(shownText(text), shownText(format), args),
        ),
        bound(
          'fromtimestamp',
          ['timestamp', 'tz'],
          ([at, zone]) => new DateTime(numberOr(at, 0) * 1000, zone !== undefined && zone !== null),
        ),
        fromIso(false),
      ]),
    ],
    [
      'date',
      new Class('date', make(true), [
        bound('today', [], () => new DateTime(startOfDay(Date.now()), false, true)),
        fromIso(true),
      ]),
    ],
    [
      'timedelta',
      new Class(
        'timedelta',
        ({ positional, named }) =>
          new TimeDelta(
            Object.entries(units).reduce(
              (sum, [unit, millis], index) =>
                sum + numberOr(positional[index] ?? named.get(unit), 0) * millis,
              0,
            ),
          ),
        [],
      ),
    ],
    ['timezone', new Namespace('timezone', new Map<string, Value>([['utc', utc]]))],
  ]),
);

/** `modules.pytz`: UTC only; zones are the warehouse's business. */
export const pytzModule: Value = new Namespace(
  'pytz',
  new Map<string, Value>([
    ['utc', utc],
    ['UTC', utc],
    bound('timezone', ['name'], ([name], args) => {
      if (shownText(name).toUpperCase() === 'UTC') return utc;
      throw argumentError(`only UTC is known to templates; convert ${shownText(name)} in SQL`, args);
    }),
  ]),
);
