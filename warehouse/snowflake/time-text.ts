/**
 * Dates and times as Snowflake sends them to text as DuckDB prints it: `2026-03-01 10:00:00.5`, without zeros at the end
 * of the fraction, and to microseconds, which is what DuckDB holds.
 */

const daySec = 86_400;
const days = new Map<number, string>();

/** Days since 1970. */
export function dateText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  // Rows of one result lie on few days; a bound keeps a scan over centuries from growing this for good.
  if (days.size > 4_096) days.clear();
  const text = dayText(day);
  days.set(day, text);
  return text;
}

function dayText(day: number): string {
  const date = new Date(day * daySec * 1_000);
  const year = date.getUTCFullYear();
  const month = two(date.getUTCMonth() + 1);
  return `${String(year).padStart(4, '0')}-${month}-${two(date.getUTCDate())}`;
}

/** Seconds since midnight, `36000.123000000`. */
export function timeText(raw: string): string {
  const { seconds, fraction } = split(raw);
  return `${clockText(seconds)}${fraction}`;
}

/** Seconds since 1970, `1700000000.123456000`. */
export function timestampText(raw: string): string {
  const { seconds, fraction } = split(raw);
  const day = Math.floor(seconds / daySec);
  return `${dateText(day)} ${clockText(seconds - day * daySec)}${fraction}`;
}

/** The same in a zone, `1700000000.123456000 1500`: minutes of its offset plus a day's. DuckDB prints UTC. */
export function zonedTimestampText(raw: string): string {
  const blank = raw.indexOf(' ');
  return `${timestampText(blank < 0 ? raw : raw.slice(0, blank))}+00`;
}

/** Whole seconds, rounded down, and what is beyond them, as text. Below zero, `-0.25` is a quarter before 1970. */
function split(raw: string): { readonly seconds: number; readonly fraction: string } {
  const point = raw.indexOf('.');
  if (point < 0) return { seconds: Number(raw), fraction: '' };
  const micros = raw.slice(point + 1, point + 7);
  if (!raw.startsWith('-')) return { seconds: Number(raw.slice(0, point)), fraction: fractionText(micros) };
  const whole = Number(raw.slice(0, point));
  const part = Number(micros.padEnd(6, '0'));
  if (part === 0) return { seconds: whole, fraction: '' };
  return { seconds: whole - 1, fraction: fractionText(String(1_000_000 - part).padStart(6, '0')) };
}

function fractionText(micros: string): string {
  let end = micros.length;
  while (end > 0 && micros[end - 1] === '0') end -= 1;
  return end === 0 ? '' : `.${micros.slice(0, end)}`;
}

function clockText(seconds: number): string {
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
