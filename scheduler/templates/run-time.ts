import { DateTime, numberOr, utc, zoneOf } from '../../lib/jinja/datetime/date-time.ts';
import type { Place } from '../../lib/jinja/datetime/date-time.ts';
import { strftime } from '../../lib/jinja/datetime/strftime.ts';
import { TimeDelta } from '../../lib/jinja/datetime/time-delta.ts';
import { argumentError, bound, shownText } from '../../lib/jinja/host.ts';
import type { CallArguments, Value } from '../../lib/jinja/values.ts';

/** A time of a run as templates see it: a datetime of Python with what pendulum adds, as Airflow has it. */
export class RunTime extends DateTime {
  override attribute(name: string): Value | undefined {
    const own = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (own !== undefined) return own(this);
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    return part === undefined ? super.attribute(name) : part(this);
  }
  override plus(millis: number): RunTime {
    return onWall(this, this.millis + millis);
  }
}

/** An instant, in UTC. */
export function runTime(at: Date): RunTime {
  return new RunTime(at.getTime(), { zone: utc, offset: 0 });
}

/** Another time of the same clock; the offset is the one that the zone has then. */
function onWall({ place }: DateTime, millis: number): RunTime {
  const moved: Place | undefined = place && { ...place, offset: place.zone.rules.offsetOfWall(millis) };
  return new RunTime(millis, moved);
}

const parts: Readonly<Record<string, (self: DateTime) => Value>> = {
  day_of_week: (self) => BigInt((new Date(self.millis).getUTCDay() + 6) % 7),
  day_of_year: (self) => BigInt(Number(strftime(self, '%j'))),
  quarter: (self) => BigInt(Math.floor(new Date(self.millis).getUTCMonth() / 3) + 1),
  int_timestamp: (self) => BigInt(Math.floor(self.instant / 1000)),
  timezone_name: (self) => self.place?.zone.name ?? null,
};

const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'microseconds'];

function shift(name: string, sign: 1 | -1) {
  return (self: RunTime): Value =>
    bound(name, units, (values, args) => {
      const [first] = values;
      if (first instanceof TimeDelta) return self.plus(sign * first.millis);
      if (first instanceof DateTime && sign < 0) return new TimeDelta(self.instant - first.instant);
      const by = values.map((value) => sign * numberOr(value, 0));
      return onWall(self, moved(self.millis, by, args));
    })[1];
}

/** Months first: the 31st becomes the last day of a shorter month. */
function moved(millis: number, by: readonly number[], args: CallArguments): number {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, micros = 0] = by;
  const at = new Date(millis);
  const month = at.getUTCFullYear() * 12 + at.getUTCMonth() + years * 12 + months;
  const lastDay = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  const day = Math.min(at.getUTCDate(), lastDay);
  // Before 1970 as well.
  const sinceMidnight = millis - Math.floor(millis / dayMs) * dayMs;
  const shifted = Date.UTC(Math.floor(month / 12), month % 12, day) + sinceMidnight;
  const result =
    shifted +
    (weeks * 7 + days) * dayMs +
    hours * 3_600_000 +
    minutes * 60_000 +
    seconds * 1000 +
    micros / 1000;
  if (Number.isNaN(new Date(result).getTime())) throw argumentError('the time is out of range', args);
  return result;
}

const dayMs = 86_400_000;

const methods: Readonly<Record<string, (self: RunTime) => Value>> = {
  add: shift('add', 1),
  subtract: shift('subtract', -1),
  in_timezone: (self) => inZone('in_timezone', self),
  in_tz: (self) => inZone('in_tz', self),
  start_of: (self) =>
    bound('start_of', ['unit'], ([unit], args) => onWall(self, startOf(self.millis, unit, args)))[1],
  end_of: (self) =>
    bound('end_of', ['unit'], ([unit], args) => {
      const start = startOf(self.millis, unit, args);
      const step = units.map((each) => (each === `${shownText(unit)}s` ? 1 : 0));
      return onWall(self, moved(start, step, args) - 1);
    })[1],
  to_date_string: formatted('to_date_string', '%Y-%m-%d'),
  to_time_string: formatted('to_time_string', '%H:%M:%S'),
  to_datetime_string: formatted('to_datetime_string', '%Y-%m-%d %H:%M:%S'),
  to_iso8601_string: (self) =>
    bound('to_iso8601_string', [], () => self.iso('T').replace(/\+00:00$/, 'Z'))[1],
};

function formatted(name: string, format: string): (self: RunTime) => Value {
  return (self) => bound(name, [], () => strftime(self, format))[1];
}

function inZone(name: string, self: RunTime): Value {
  return bound(name, ['tz'], ([zone], args) => {
    const { millis, place } = DateTime.at(self.instant, zoneOf(shownText(zone), args));
    return new RunTime(millis, place);
  })[1];
}

function startOf(millis: number, unit: Value | undefined, args: CallArguments): number {
  const at = new Date(millis);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (shownText(unit)) {
    case 'year':
      return Date.UTC(year, 0, 1);
    case 'month':
      return Date.UTC(year, month, 1);
    case 'week':
      return Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7));
    case 'day':
      return Date.UTC(year, month, day);
    case 'hour':
      return Math.floor(millis / 3_600_000) * 3_600_000;
    case 'minute':
      return Math.floor(millis / 60_000) * 60_000;
    case 'second':
      return Math.floor(millis / 1000) * 1000;
    default:
      throw argumentError(
        `there is no unit "${shownText(unit)}"; write year, month, week, day, hour, minute, second`,
        args,
      );
  }
}
