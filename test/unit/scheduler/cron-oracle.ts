/**
 * A second implementation of the cron rule, made to be obvious and not fast: it asks every naive minute whether it
 * matches, arithmetically and without expanding a field, and finds instants in a table of clock changes.
 */

const minuteMs = 60_000;
const dayMs = 86_400_000;
const names: Readonly<Record<string, number>> = {
  ...Object.fromEntries('sun mon tue wed thu fri sat'.split(' ').map((name, index) => [name, index])),
  ...Object.fromEntries(
    'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ').map((name, index) => [name, index + 1]),
  ),
};
const valueOf = (text: string): number => names[text.toLowerCase()] ?? Number(text);

/** Whether one comma part of a field allows a value. `top` is the end of a part such as `5/2`. */
function allows(part: string, value: number, [bottom, top]: readonly [number, number]): boolean {
  const [range = '', stepText = '1'] = part.split('/');
  const [low = '', high] = range.split('-');
  const from = range === '*' ? bottom : valueOf(low);
  const last = high === undefined ? (range === '*' || part.includes('/') ? top : from) : valueOf(high);
  return value >= from && value <= last && (value - from) % Number(stepText) === 0;
}

const fieldAllows = (field: string, value: number, bounds: readonly [number, number]): boolean =>
  field.split(',').some((part) => allows(part, value, bounds));

function weekdayAllows(field: string, weekday: number): boolean {
  // Sunday is 0 and 7; a range that ends with Sunday ends with 7.
  const parts = field.split(',').map((part) => part.replace(/-(?:0|sun)(?=\/|$)/i, '-7'));
  return [weekday, ...(weekday === 0 ? [7] : [])].some((value) =>
    parts.some((part) => allows(part, value, [0, 7])),
  );
}

const remembered = new Map<string, readonly boolean[]>();

/** For each value of a field, from its lowest, whether the field allows it. */
function allowed(field: string, low: number, high: number): readonly boolean[] {
  const key = `${field} ${low} ${high}`;
  const values = Array.from({ length: high - low + 1 }, (_, index) => index + low);
  const found = remembered.get(key) ?? values.map((value) => fieldAllows(field, value, [low, high]));
  remembered.set(key, found);
  return found;
}

const daysOfMonth = Array.from({ length: 31 }, (_, index) => index + 1);

/** Which dates two fields allow together. */
function dateRule(dayField: string, weekdayField: string): (date: Date) => boolean {
  if (/#|l\d/i.test(weekdayField)) return (date) => isNthWeekday(weekdayField, date);
  const isOpen = (field: string, all: boolean, other: string): boolean =>
    field === '*' || (all && other.includes('*'));
  const numbers = dayField.replace(/(^|,)L/, '');
  const days = daysOfMonth.map((day) => numbers !== '' && fieldAllows(numbers, day, [1, 31]));
  const weekdays = [0, 1, 2, 3, 4, 5, 6].map((weekday) => weekdayAllows(weekdayField, weekday));
  const isLast = (date: Date): boolean => new Date(date.getTime() + dayMs).getUTCDate() === 1;
  const dayOpen = isOpen(dayField, numbers === dayField && !days.includes(false), weekdayField);
  const weekdayOpen = isOpen(weekdayField, !weekdays.includes(false), dayField);
  return (date) => {
    const byDay = days[date.getUTCDate() - 1] === true || (numbers !== dayField && isLast(date));
    const byWeekday = weekdays[date.getUTCDay()] === true;
    return dayOpen || weekdayOpen ? byDay && byWeekday : byDay || byWeekday;
  };
}

function isNthWeekday(field: string, date: Date): boolean {
  const nextWeek = new Date(date.getTime() + 7 * dayMs);
  return field.split(',').some((part) => {
    const last = /^l(\d)$/i.exec(part)?.[1];
    if (last !== undefined) {
      return Number(last) % 7 === date.getUTCDay() && nextWeek.getUTCMonth() !== date.getUTCMonth();
    }
    const [name = '', nth] = part.split('#');
    const nthHere = Math.floor((date.getUTCDate() - 1) / 7) + 1;
    return valueOf(name) % 7 === date.getUTCDay() && Number(nth) === nthHere;
  });
}

/** The offset of a zone from UTC over time: [since, offset in ms], in order. */
export type ClockChanges = readonly (readonly [number, number])[];

/** Asks the time-zone database once an hour, then once a minute around what changed. */
export function clockChanges(timezone: string, fromMs: number, toMs: number): ClockChanges {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offsetAt = (at: number): number => Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at;
  const changes: [number, number][] = [[fromMs, offsetAt(fromMs)]];
  let known = offsetAt(fromMs);
  for (let at = fromMs; at < toMs; at += 60 * minuteMs) {
    if (offsetAt(at) === known) continue;
    let since = at - 60 * minuteMs;
    while (offsetAt(since) === known) since += minuteMs;
    known = offsetAt(since);
    changes.push([since, known]);
  }
  return changes;
}

function offsetAt(changes: ClockChanges, at: number): number {
  return changes.findLast(([since]) => since <= at)?.[1] ?? Number.NaN;
}

/** The second occurrence of a wall-clock time; one that does not exist moves forward by the length of the gap. */
function attach(changes: ClockChanges, naive: number): number {
  const offsets = [...new Set(changes.map(([, offset]) => offset))];
  const instants = offsets
    .map((offset) => naive - offset)
    .filter((at) => at + offsetAt(changes, at) === naive);
  if (instants.length > 0) return Math.max(...instants);
  for (const [index, [since, offset]] of changes.entries()) {
    const before = changes[index - 1]?.[1] ?? offset;
    // Inside the gap: later than the old clock's last time, earlier than the new clock's first.
    if (naive >= since + before && naive < since + offset) return naive + (offset - before) - offset;
  }
  throw new RangeError('neither an occurrence nor a gap');
}

/** The first fire time after an instant; undefined if there is none within `days`. */
export function oracleNext(
  expression: string,
  changes: ClockChanges,
  afterMs: number,
  days: number,
): number | undefined {
  const [minutes = '', hours = '', day = '', month = '', weekday = '', second = '0'] = expression.split(' ');
  const naive = afterMs + offsetAt(changes, afterMs);
  const [minuteAllowed, hourAllowed] = [allowed(minutes, 0, 59), allowed(hours, 0, 23)];
  const [secondAllowed, monthAllowed] = [allowed(second, 0, 59), allowed(month, 1, 12)];
  const everyHour = !hourAllowed.includes(false);
  const dateAllowed = dateRule(day, weekday);
  const firstDay = Math.floor(naive / dayMs) * dayMs;
  for (let midnight = firstDay; midnight < firstDay + days * dayMs; midnight += dayMs) {
    const date = new Date(midnight);
    if (monthAllowed[date.getUTCMonth()] !== true || !dateAllowed(date)) continue;
    for (let minute = midnight; minute < midnight + dayMs; minute += minuteMs) {
      if (minute + minuteMs <= naive) continue;
      const ofDay = (minute - midnight) / minuteMs;
      if (minuteAllowed[ofDay % 60] !== true || hourAllowed[Math.floor(ofDay / 60)] !== true) continue;
      for (let at = minute; at < minute + minuteMs; at += 1000) {
        if (at <= naive || secondAllowed[(at - minute) / 1000] !== true) continue;
        return everyHour ? afterMs + (at - naive) : attach(changes, at);
      }
    }
  }
  return undefined;
}
