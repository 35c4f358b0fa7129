import type { CallArguments } from '../values.ts';
import { argumentError } from '../host.ts';

/** A time as far as formats show it. */
interface ShownTime {
  readonly millis: number;
  readonly instant: number;
  readonly place: { readonly zone: { readonly name: string } } | undefined;
  readonly offsetText: (separator: string) => string;
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

type Directive = (at: Date, self: ShownTime, args: CallArguments | undefined) => string;

const directives: Readonly<Record<string, Directive>> = {
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
  F: (at) => at.toISOString().slice(0, 10),
  T: (at) => at.toISOString().slice(11, 19),
  s: (_, self) => String(Math.floor(self.instant / 1000)),
  z: (_, self) => self.offsetText(''),
  Z: (_, self, args) => {
    if (self.place === undefined) return '';
    if (self.place.zone.name === 'UTC') return 'UTC';
    // Abbreviations such as CET are not what the runtime's tables hold for every zone.
    const message = `%Z is not known for ${self.place.zone.name}; use %z`;
    if (args === undefined) throw new Error(message);
    throw argumentError(message, args);
  },
  '%': () => '%',
};

export function strftime(self: ShownTime, format: string, args?: CallArguments): string {
  const at = new Date(self.millis);
  return format.replaceAll(/%(.)/g, (whole, letter: string) =>
    Object.hasOwn(directives, letter) ? (directives[letter]?.(at, self, args) ?? '') : whole,
  );
}

const places: Readonly<Record<string, number>> = { Y: 0, m: 1, d: 2, H: 3, M: 4, S: 5, f: 6 };

/** Year, month, day and so on by the numeric directives; what does not fit is a typed error, as Python raises one. */
export function strptime(text: string, format: string, args: CallArguments): number[] {
  const order: string[] = [];
  const pattern = format
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(/%(.)/g, (_, letter: string) => {
      order.push(letter);
      return letter === 'f' ? '(\\d{1,6})' : letter === 'Y' ? '(\\d{4})' : '(\\d{1,2})';
    });
  const unknown = order.find((letter) => !Object.hasOwn(places, letter));
  if (unknown !== undefined) throw argumentError(`strptime does not read %${unknown}`, args);
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (match === null) throw argumentError(`time data '${text}' does not match format '${format}'`, args);
  const values = [1900, 1, 1, 0, 0, 0, 0];
  for (const [place, letter] of order.entries()) {
    const digits = match[place + 1] ?? '0';
    values[places[letter] ?? 0] = Number(letter === 'f' ? digits.padEnd(6, '0') : digits);
  }
  return values;
}
