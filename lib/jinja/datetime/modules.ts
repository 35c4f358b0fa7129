import { HostObject } from '../values.ts';
import type { CallArguments, Value } from '../values.ts';
import { DateTime, mustZone, numberOr, partNames, startOfDay, toMillis, utc, zoneOf } from './date-time.ts';
import { argumentError, bound, mustText, Namespace, shownText } from '../host.ts';
import { strptime } from './strftime.ts';
import { TimeDelta } from './time-delta.ts';

/** A UTC instant as templates see it. */
export function dateTime(at: Date): Value {
  return DateTime.at(at.getTime(), utc);
}

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
    const numbers = values.map((each, index) => numberOr(each, index < 3 ? 1 : 0));
    const zone = isDate ? undefined : (args.positional[7] ?? args.named.get('tzinfo'));
    if (zone !== undefined && zone !== null && zone !== utc)
      throw argumentError('a datetime is made with tzinfo=utc or without; use zone.localize(...)', args);
    const place = zone === utc ? { zone: utc, offset: 0 } : undefined;
    return new DateTime(toMillis(numbers, args), place, isDate);
  };
}

function fromIso(isDate: boolean): readonly [string, Value] {
  return bound('fromisoformat', ['text'], ([text], args) => {
    const said = mustText(text, 'a date', args);
    const hasZone = /[zZ]|[+-]\d\d:\d\d$/.test(said);
    const isWhole = hasZone || said.length <= 10;
    const millis = Date.parse(isWhole ? said : `${said.replace(' ', 'T')}Z`);
    if (Number.isNaN(millis)) throw argumentError(`Invalid isoformat string: '${said}'`, args);
    return hasZone ? DateTime.at(millis, utc) : new DateTime(millis, undefined, isDate);
  });
}

/** An instant as the clocks of a zone show it; in UTC and without one where none is given. */
function shownIn(instant: number, zone: Value | undefined, args: CallArguments): DateTime {
  if (zone === undefined || zone === null) return new DateTime(instant, undefined);
  return DateTime.at(instant, mustZone(zone, args));
}

const units: Readonly<Record<string, number>> = {
  days: 86_400_000,
  seconds: 1000,
  microseconds: 0.001,
  milliseconds: 1,
  minutes: 60_000,
  hours: 3_600_000,
  weeks: 604_800_000,
};

function makeDelta({ positional, named }: CallArguments): Value {
  const parts = Object.entries(units).map(
    ([unit, millis], index) => numberOr(positional[index] ?? named.get(unit), 0) * millis,
  );
  return new TimeDelta(parts.reduce((sum, part) => sum + part, 0));
}

const datetimeClass = new Class('datetime', make(false), [
  bound('now', ['tz'], ([zone], args) => shownIn(Date.now(), zone, args)),
  bound('utcnow', [], () => new DateTime(Date.now(), undefined)),
  bound('today', [], () => new DateTime(Date.now(), undefined)),
  bound('strptime', ['text', 'format'], ([text, format], args) => {
    return new DateTime(toMillis(strptime(shownText(text), shownText(format), args), args), undefined);
  }),
  bound('fromtimestamp', ['timestamp', 'tz'], ([at, zone], args) =>
    shownIn(numberOr(at, 0) * 1000, zone, args),
  ),
  fromIso(false),
]);

const dateClass = new Class('date', make(true), [
  bound('today', [], () => new DateTime(startOfDay(Date.now()), undefined, true)),
  fromIso(true),
]);

/** `modules.datetime`; without a zone, times are those of UTC. */
export const datetimeModule = new Namespace(
  'datetime',
  new Map<string, Value>([
    ['datetime', datetimeClass],
    ['date', dateClass],
    ['timedelta', new Class('timedelta', makeDelta, [])],
    ['timezone', new Namespace('timezone', new Map<string, Value>([['utc', utc]]))],
  ]),
);

/** `modules.pytz`: the zones that the runtime has rules for. */
export const pytzModule: Value = new Namespace(
  'pytz',
  new Map<string, Value>([
    ['utc', utc],
    ['UTC', utc],
    bound('timezone', ['name'], ([name], args) => zoneOf(shownText(name), args)),
  ]),
);
