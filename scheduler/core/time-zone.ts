import { schedulerErrors } from '../errors.ts';

const dayMs = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Returns the zone if the IANA database has it, else throws TIMEZONE_UNKNOWN. */
export function mustTimezone(timezone: string): string {
  try {
    formatterOf(timezone);
    return timezone;
  } catch (cause) {
    throw schedulerErrors.error('TIMEZONE_UNKNOWN', { message: `unknown time zone "${timezone}"`, cause });
  }
}

/** The wall-clock time in a zone, as naive milliseconds (as if the wall clock were UTC). */
export function toNaive(instantMs: number, timezone: string): number {
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000;
  const fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const part of formatterOf(timezone).formatToParts(wholeSeconds)) {
    if (part.type in fields) fields[part.type as keyof typeof fields] = Number(part.value);
  }
  const { year, month, day, hour, minute, second } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (instantMs - wholeSeconds);
}

/**
 * The instant of a wall-clock time, by the rule that Airflow uses: a time inside a spring gap moves forward by the
 * length of the gap, a time that occurs twice means its second occurrence.
 */
export function fromNaive(naiveMs: number, timezone: string): number {
  // No zone changes its clock twice within two days, so these are the only offsets that can apply.
  const before = offsetAt(naiveMs - dayMs, timezone);
  const after = offsetAt(naiveMs + dayMs, timezone);
  const occurrences = [naiveMs - before, naiveMs - after].filter(
    (instant) => toNaive(instant, timezone) === naiveMs,
  );
  return occurrences.length === 0 ? naiveMs - before : Math.max(...occurrences);
}

function offsetAt(instantMs: number, timezone: string): number {
  return toNaive(instantMs, timezone) - instantMs;
}

// Building a formatter costs about 50 times as much as using it, hence one for each zone.
function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timezone, formatter);
  return formatter;
}
