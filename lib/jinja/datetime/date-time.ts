import { formatLocation } from '../location.ts';
import { HostObject } from '../values.ts';
import type { ArithmeticOp, CallArguments, Value } from '../values.ts';
import { jinjaErrors } from '../errors.ts';
import { argumentError, bound, shownText } from '../host.ts';
import { strftime } from './strftime.ts';
import { dayMillis, TimeDelta } from './time-delta.ts';
import { ZoneRules } from './time-zone.ts';

/** A time zone of pytz. */
export class Zone extends HostObject {
  override readonly typeName = 'tzinfo';
  readonly rules: ZoneRules;

  constructor(rules: ZoneRules) {
    super();
    this.rules = rules;
  }
  get name(): string {
    return this.rules.name;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'zone') return this.name;
    if (name === 'localize')
      return bound(name, ['dt', 'is_dst'], ([time], args) => localized(this, mustTime(time, args), args))[1];
    if (name !== 'normalize') return undefined;
    return bound(name, ['dt', 'is_dst'], ([time], args) =>
      DateTime.at(mustTime(time, args).instant, this),
    )[1];
  }
  override text(): string {
    return this.name;
  }
  override identity(): string {
    return `zone ${this.name}`;
  }
}

export const utc = new Zone(new ZoneRules('UTC'));

const zones = new Map<string, Zone>([['UTC', utc]]);

/** The zone of a name of the IANA database. */
export function zoneOf(name: string, args: CallArguments): Zone {
  const spelled = name.toUpperCase() === 'UTC' ? 'UTC' : name;
  const before = zones.get(spelled);
  if (before !== undefined) return before;
  try {
    const made = new Zone(new ZoneRules(spelled));
    zones.set(spelled, made);
    return made;
  } catch {
    throw argumentError(`there is no time zone ${name}`, args);
  }
}

function localized(zone: Zone, time: DateTime, args: CallArguments): DateTime {
  if (time.place !== undefined) throw argumentError('Not naive datetime (tzinfo is already set)', args);
  return new DateTime(time.millis, { zone, offset: zone.rules.offsetOfWall(time.millis) });
}

/** Where a time with a zone stands: the zone, and how far its clocks were ahead of UTC. */
export interface Place {
  readonly zone: Zone;
  readonly offset: number;
}

/** A date, or a time on the wall with a zone or without: milliseconds since 1970 as if the wall were in UTC. */
export class DateTime extends HostObject {
  override readonly typeName: string;
  readonly millis: number;
  readonly place: Place | undefined;
  readonly isDate: boolean;

  constructor(millis: number, place: Place | undefined, isDate = false) {
    super();
    this.millis = millis;
    this.place = place;
    this.isDate = isDate;
    this.typeName = isDate ? 'date' : 'datetime';
  }

  /** An instant as the clocks of a zone show it. */
  static at(instant: number, zone: Zone): DateTime {
    const offset = zone.rules.offsetAt(instant);
    return new DateTime(instant + offset, { zone, offset });
  }

  get instant(): number {
    return this.millis - (this.place?.offset ?? 0);
  }

  override attribute(name: string): Value | undefined {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part !== undefined) return BigInt(part(new Date(this.millis)));
    if (name === 'tzinfo') return this.place?.zone ?? null;
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method?.(this);
  }
  override text(): string {
    return this.isDate ? strftime(this, '%Y-%m-%d') : this.iso(' ');
  }
  /** Times with a zone are equal where they are the same instant, and never to one without. */
  override identity(): string {
    return `${this.typeName} ${this.place === undefined ? 'wall' : 'instant'} ${this.instant}`;
  }
  iso(separator: string): string {
    const iso = new Date(this.millis).toISOString();
    const millis = iso.slice(19, 23);
    const fraction = millis === '.000' ? '' : `${millis}000`;
    return `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}${fraction}${this.offsetText(':')}`;
  }
  offsetText(separator: string): string {
    if (this.place === undefined) return '';
    const minutes = Math.abs(this.place.offset) / 60_000;
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
    return `${this.place.offset < 0 ? '-' : '+'}${two(minutes / 60)}${separator}${two(minutes % 60)}`;
  }

  #isLike(other: Value): other is DateTime {
    return (
      other instanceof DateTime &&
      other.isDate === this.isDate &&
      (other.place === undefined) === (this.place === undefined)
    );
  }
  override order(other: Value): number | undefined {
    return this.#isLike(other) ? this.instant - other.instant : undefined;
  }
  override operate(op: ArithmeticOp, other: Value, isRight: boolean): Value | undefined {
    if (other instanceof TimeDelta && (op === '+' || (op === '-' && !isRight)))
      return this.plus(op === '+' ? other.millis : -other.millis);
    return op === '-' && !isRight && this.#isLike(other)
      ? new TimeDelta(this.instant - other.instant)
      : undefined;
  }
  /** On the wall, as in Python: the zone's offset stays until normalize(). Of a duration a date takes whole days. */
  plus(millis: number): DateTime {
    const by = this.isDate ? Math.floor(millis / dayMillis) * dayMillis : millis;
    return new DateTime(this.millis + by, this.place, this.isDate);
  }
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

export const partNames = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'];

const weekday = (self: DateTime): number => (new Date(self.millis).getUTCDay() + 6) % 7;

const methods: Readonly<Record<string, (self: DateTime) => Value>> = {
  strftime: (self) =>
    bound('strftime', ['format'], ([format], args) => strftime(self, shownText(format), args))[1],
  isoformat: (self) =>
    bound('isoformat', ['sep'], ([separator]) =>
      self.isDate ? self.text() : self.iso(shownText(separator ?? 'T')),
    )[1],
  date: (self) => bound('date', [], () => new DateTime(startOfDay(self.millis), undefined, true))[1],
  weekday: (self) => bound('weekday', [], () => BigInt(weekday(self)))[1],
  isoweekday: (self) => bound('isoweekday', [], () => BigInt(weekday(self) + 1))[1],
  timestamp: (self) => bound('timestamp', [], () => self.instant / 1000)[1],
  utcoffset: (self) =>
    bound('utcoffset', [], () => (self.place === undefined ? null : new TimeDelta(self.place.offset)))[1],
  astimezone: (self) =>
    bound('astimezone', ['tz'], ([zone], args) => {
      if (self.place === undefined) throw argumentError('a time without a zone cannot change its zone', args);
      return DateTime.at(self.instant, zone === undefined || zone === null ? utc : mustZone(zone, args));
    })[1],
  replace: (self) =>
    bound('replace', [...partNames, 'tzinfo'], (values, args) => {
      const was = partNames.map((name) => parts[name]?.(new Date(self.millis)) ?? 0);
      const now = was.map((before, index) => numberOr(values[index], before));
      return new DateTime(toMillis(now, args), replacedPlace(self, values[7], args), self.isDate);
    })[1],
  // From before there was arithmetic on times; models may have them.
  add: (self) => bound('add', ['delta'], ([delta], args) => self.plus(mustDelta(delta, args)))[1],
  subtract: (self) =>
    bound('subtract', ['other'], ([other], args) =>
      other instanceof DateTime
        ? new TimeDelta(self.instant - other.instant)
        : self.plus(-mustDelta(other, args)),
    )[1],
};

/** pytz puts local mean time (`+00:53`) there, which nobody means and no table of ours knows. */
function replacedPlace(self: DateTime, zone: Value | undefined, args: CallArguments): Place | undefined {
  if (zone === undefined) return self.place;
  if (zone === null) return undefined;
  if (zone === utc) return { zone: utc, offset: 0 };
  throw argumentError(
    'replace(tzinfo=...) gives local mean time for a zone of pytz; use zone.localize(...)',
    args,
  );
}

export function mustZone(zone: Value, args: CallArguments): Zone {
  if (zone instanceof Zone) return zone;
  throw argumentError('a time zone is needed, as modules.pytz gives it', args);
}

function mustTime(time: Value | undefined, args: CallArguments): DateTime {
  if (time instanceof DateTime && !time.isDate) return time;
  throw argumentError('a datetime is needed', args);
}

function mustDelta(value: Value | undefined, args: CallArguments): number {
  if (value instanceof TimeDelta) return value.millis;
  throw argumentError('a timedelta is needed', args);
}

export function startOfDay(millis: number): number {
  return Math.floor(millis / dayMillis) * dayMillis;
}

export function numberOr(value: Value | undefined, fallback: number): number {
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : fallback;
}

/** Milliseconds of year, month, day and so on; a day that does not exist is refused, as by Python. */
export function toMillis(values: readonly number[], { at }: CallArguments): number {
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0] = values;
  const millis = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(micro / 1000));
  const made = new Date(millis);
  const isReal = made.getUTCMonth() === month - 1 && made.getUTCDate() === day && made.getUTCHours() === hour;
  if (isReal && minute < 60 && second < 60) return millis;
  throw jinjaErrors.error('JINJA_ARGUMENTS', {
    message: `there is no time ${year}-${month}-${day} ${hour}:${minute}:${second}`,
    where: formatLocation(at),
  });
}
