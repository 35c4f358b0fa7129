import { asFlag, asInt, asText } from './arguments.ts';
import { fail } from './errors.ts';
import {
  capitalizeText,
  isLowerText,
  isTitleText,
  isUpperText,
  lowerText,
  swapCase,
  titleText,
} from './letter-case.ts';
import { chargeSearch } from './meter.ts';
import { method } from './method-table.ts';
import type { Method, MethodTable } from './method-table.ts';
import { iterate } from './operators.ts';
import { SPACE, isWide, padText, pointLength, pointSlice } from './text.ts';
import { expandTabs, replaceText, splitLines, splitText, splitTextRight, stripText } from './text-split.ts';
import { Dict, JinjaList, Tuple, typeName } from './values.ts';
import type { Value } from './values.ts';

type Args = readonly (Value | undefined)[];
type TextMethod = readonly [string, Method<string>];

const text = method<string>;

function plain(name: string, run: (self: string) => Value): TextMethod {
  return text(name, '', run);
}

/** The part of a text that `find`, `count` and `startswith` look at, and where it begins. */
function window(
  self: string,
  start: Value | undefined,
  stop: Value | undefined,
): { part: string; from: number; isOut: boolean } {
  const length = pointLength(self);
  const bound = (value: Value | undefined, otherwise: number): number => {
    if (value === undefined || value === null) return otherwise;
    const index = asInt(value, otherwise);
    return Math.max(0, index < 0 ? index + length : index);
  };
  const from = bound(start, 0);
  const to = Math.min(length, bound(stop, length));
  return { part: from > to ? '' : pointSlice(self, from, to), from, isOut: from > to };
}

function find(self: string, [sub, start, stop]: Args, isLast: boolean): number {
  const wanted = asText(sub);
  const { part, from, isOut } = window(self, start, stop);
  if (isOut) return -1;
  chargeSearch(part, wanted);
  const at = isLast ? part.lastIndexOf(wanted) : part.indexOf(wanted);
  return at < 0 ? -1 : from + (isWide(part) ? pointLength(part.slice(0, at)) : at);
}

function found(self: string, args: Args, isLast: boolean): bigint {
  const at = find(self, args, isLast);
  return at < 0 ? fail('JINJA_TYPE', 'substring not found') : BigInt(at);
}

function count(self: string, [sub, start, stop]: Args): bigint {
  const wanted = asText(sub);
  const { part, isOut } = window(self, start, stop);
  if (isOut) return 0n;
  chargeSearch(part, wanted);
  return BigInt(wanted === '' ? pointLength(part) + 1 : part.split(wanted).length - 1);
}

function startsOrEnds(self: string, [sub = null, start, stop]: Args, isStart: boolean): boolean {
  const { part, isOut } = window(self, start, stop);
  const wanted = sub instanceof Tuple ? sub.items : [sub];
  return wanted.some((one) => {
    const affix = asText(one);
    return !isOut && (isStart ? part.startsWith(affix) : part.endsWith(affix));
  });
}

function separatorOf(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const separator = asText(value);
  return separator === '' ? fail('JINJA_TYPE', 'empty separator') : separator;
}

function charsOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null ? undefined : asText(value);
}

function pad(name: string, side: 'left' | 'right' | 'both'): TextMethod {
  return text(name, 'width, fillchar?, /', (self, [width, fill]) => {
    const char = asText(fill, ' ');
    if (pointLength(char) !== 1) fail('JINJA_TYPE', 'the fill character must be exactly one character long');
    return padText(self, padWidth(asInt(width, 0)), side, char);
  });
}

function padWidth(width: number): number {
  return width > 16_000_000 ? fail('JINJA_LIMIT', 'a text padded to more than 16 million characters') : width;
}

function strip(name: string, side: 'left' | 'right' | 'both'): TextMethod {
  return text(name, 'chars?, /', (self, [chars]) => stripText(self, charsOf(chars), side));
}

function partition(self: string, separator: Value | undefined, isLast: boolean): Tuple {
  const wanted = separatorOf(separator ?? null) ?? fail('JINJA_TYPE', 'must be str, not NoneType');
  chargeSearch(self, wanted);
  const at = isLast ? self.lastIndexOf(wanted) : self.indexOf(wanted);
  if (at < 0) return new Tuple(isLast ? ['', '', self] : [self, '', '']);
  return new Tuple([self.slice(0, at), wanted, self.slice(at + wanted.length)]);
}

function join(self: string, [items = null]: Args): string {
  return Array.from(iterate(items), (item, index) => {
    if (typeof item === 'string') return item;
    return fail('JINJA_TYPE', `sequence item ${index}: expected str instance, ${typeName(item)} found`);
  }).join(self);
}

function zeroFill(self: string, width: number): string {
  const missing = padWidth(width) - pointLength(self);
  if (missing <= 0) return self;
  const sign = /^[+-]/.exec(self)?.[0] ?? '';
  return sign + '0'.repeat(missing) + self.slice(sign.length);
}

function translate(self: string, table: Value): string {
  if (!(table instanceof Dict)) return fail('JINJA_TYPE', `'${typeName(table)}' object is not subscriptable`);
  let out = '';
  for (const char of self) {
    const to = table.get(BigInt(char.codePointAt(0) ?? 0));
    if (to === undefined) out += char;
    else if (to !== null) out += typeof to === 'string' ? to : String.fromCodePoint(asInt(to, 0));
  }
  return out;
}

function is(name: string, pattern: RegExp): TextMethod {
  return plain(name, (self) => pattern.test(self));
}

const DECIMAL = '\\p{Nd}';
const DIGIT = `${DECIMAL}\\u00b2\\u00b3\\u00b9\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468`;

export const TEXT_METHODS: MethodTable<string> = new Map<string, Method<string>>([
  plain('capitalize', capitalizeText),
  plain('casefold', (self) => lowerText(self.replaceAll('ß', 'ss').replaceAll('ẞ', 'ss'))),
  plain('lower', lowerText),
  plain('upper', (self) => self.toUpperCase()),
  plain('swapcase', swapCase),
  plain('title', titleText),
  plain('islower', isLowerText),
  plain('isupper', isUpperText),
  plain('istitle', isTitleText),
  is('isalnum', new RegExp(`^[\\p{L}\\p{N}]+$`, 'u')),
  is('isalpha', /^\p{L}+$/u),
  is('isascii', /^[\0-\x7f]*$/),
  is('isdecimal', new RegExp(`^[${DECIMAL}]+$`, 'u')),
  is('isdigit', new RegExp(`^[${DIGIT}]+$`, 'u')),
  is('isnumeric', /^\p{N}+$/u),
  is('isidentifier', /^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  is('isspace', new RegExp(`^[${SPACE}]+$`)),
  plain('isprintable', (self) => !/[\p{C}\p{Z}]/u.test(self.replaceAll(' ', ''))),
  pad('center', 'both'),
  pad('ljust', 'right'),
  pad('rjust', 'left'),
  strip('strip', 'both'),
  strip('lstrip', 'left'),
  strip('rstrip', 'right'),
  text('count', 'sub, start?, end?, /', count),
  text('find', 'sub, start?, end?, /', (self, args) => BigInt(find(self, args, false))),
  text('rfind', 'sub, start?, end?, /', (self, args) => BigInt(find(self, args, true))),
  text('index', 'sub, start?, end?, /', (self, args) => found(self, args, false)),
  text('rindex', 'sub, start?, end?, /', (self, args) => found(self, args, true)),
  text('startswith', 'prefix, start?, end?, /', (self, args) => startsOrEnds(self, args, true)),
  text('endswith', 'suffix, start?, end?, /', (self, args) => startsOrEnds(self, args, false)),
  text('removeprefix', 'prefix, /', (self, [prefix]) => {
    const wanted = asText(prefix);
    return self.startsWith(wanted) ? self.slice(wanted.length) : self;
  }),
  text('removesuffix', 'suffix, /', (self, [suffix]) => {
    const wanted = asText(suffix);
    return wanted !== '' && self.endsWith(wanted) ? self.slice(0, -wanted.length) : self;
  }),
  text('replace', 'old, new, count?, /', (self, [old, fresh, most]) => {
    return replaceText(self, asText(old), asText(fresh), asInt(most, -1));
  }),
  text('split', 'sep?, maxsplit?', (self, [separator, most]) => {
    return new JinjaList(splitText(self, separatorOf(separator), asInt(most, -1)));
  }),
  text('rsplit', 'sep?, maxsplit?', (self, [separator, most]) => {
    return new JinjaList(splitTextRight(self, separatorOf(separator), asInt(most, -1)));
  }),
  text('splitlines', 'keepends?', (self, [keep]) => new JinjaList(splitLines(self, asFlag(keep)))),
  text('partition', 'sep, /', (self, [separator]) => partition(self, separator, false)),
  text('rpartition', 'sep, /', (self, [separator]) => partition(self, separator, true)),
  text('join', 'iterable, /', join),
  text('zfill', 'width, /', (self, [width]) => zeroFill(self, asInt(width, 0))),
  text('expandtabs', 'tabsize?', (self, [size]) => expandTabs(self, asInt(size, 8))),
  text('translate', 'table, /', (self, [table = null]) => translate(self, table)),
]);
