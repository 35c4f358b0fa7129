import { asFlag, asInt, asText } from './arguments.ts';
import { fail } from './errors.ts';
import { filter } from './filter-table.ts';
import type { Filter } from './filter-table.ts';
import { formatPercent } from './format-percent.ts';
import { binary, isTrue, lengthOf } from './operators.ts';
import { capitalizeText, lowerText } from './letter-case.ts';
import { padText, pointLength, pointSlice } from './text.ts';
import { replaceText, splitLines, splitTextRight, stripText } from './text-split.ts';
import { wrapText } from './word-wrap.ts';
import { Dict, Tuple, Undefined, refuseUndefined, textOf, typeName } from './values.ts';
import type { Value } from './values.ts';

function indent(value: Value, width: Value, first: boolean, blank: boolean): Value {
  if (typeof value !== 'string') {
    // Jinja2 begins by adding a line break, which says what else can be indented: nothing.
    binary('+', value, '\n');
  }
  const by =
    typeof width === 'string' ? width : ' '.repeat(Math.max(0, Math.min(asInt(width, 4), 1_000_000)));
  const [head = '', ...rest] = splitLines(`${textOf(value)}\n`);
  const lines = rest.map((line) => (blank || line !== '' ? by + line : line));
  return (first ? by : '') + [head, ...lines].join('\n');
}

function truncate(value: Value, length: number, killWords: boolean, end: string, leeway: number): Value {
  const over = pointLength(end);
  if (length < over || leeway < 0) fail('JINJA_ARGUMENTS', `truncate: the length must be at least ${over}`);
  const total = lengthOf(value) ?? fail('JINJA_TYPE', `object of type '${typeName(value)}' has no len()`);
  if (total <= length + leeway) return value;
  if (typeof value !== 'string') return fail('JINJA_TYPE', `a ${typeName(value)} cannot be truncated`);
  const cut = pointSlice(value, 0, length - over);
  return (killWords ? cut : (splitTextRight(cut, ' ', 1)[0] ?? '')) + end;
}

function format(value: Value, positional: readonly Value[], named: ReadonlyMap<string, Value>): string {
  if (positional.length > 0 && named.size > 0) {
    fail('JINJA_ARGUMENTS', 'format takes positional or named values, not both');
  }
  return formatPercent(textOf(value), named.size > 0 ? new Dict(named) : new Tuple(positional));
}

/** Words start behind white space, hyphens and opening brackets only, unlike in `str.title`. */
function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map((part) => {
      const [head = ''] = part;
      return head.toUpperCase() + lowerText(part.slice(head.length));
    })
    .join('');
}

function textual(name: string, apply: (text: string) => Value): readonly [string, Filter] {
  return filter(name, '', (value) => apply(textOf(value)));
}

/** Filters on texts. */
export const TEXT_FILTERS: readonly (readonly [string, Filter])[] = [
  textual('upper', (text) => text.toUpperCase()),
  textual('lower', lowerText),
  textual('capitalize', capitalizeText),
  textual('title', title),
  textual('string', (text) => text),
  textual('safe', (text) => text),
  textual('wordcount', (text) => BigInt(text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
  filter('trim', 'chars?', (value, [chars = null]) => {
    return stripText(textOf(value), chars === null ? undefined : asText(chars), 'both');
  }),
  filter('center', 'width?', (value, [width]) =>
    padText(textOf(value), Math.min(asInt(width, 80), 16_000_000), 'both'),
  ),
  filter('replace', 'old, new, count?', (value, [old = '', fresh = '', count = null]) => {
    return replaceText(textOf(value), textOf(old), textOf(fresh), count === null ? -1 : asInt(count, -1));
  }),
  filter('indent', 'width?, first?, blank?', (value, [width = 4n, first, blank]) => {
    return indent(value, width, asFlag(first), asFlag(blank));
  }),
  filter('truncate', 'length?, killwords?, end?, leeway?', (value, [length, kill, end, leeway = null]) => {
    const margin = leeway === null ? 5 : asInt(leeway, 5);
    return truncate(value, asInt(length, 255), asFlag(kill), asText(end, '...'), margin);
  }),
  filter(
    'wordwrap',
    'width?, break_long_words?, wrapstring?, break_on_hyphens?',
    (value, [width, breakWords, joint = null, hyphens]) => {
      const options = {
        width: asInt(width, 79),
        breakLongWords: breakWords === undefined || isTrue(breakWords),
        breakOnHyphens: hyphens === undefined || isTrue(hyphens),
      };
      const separator = joint === null ? '\n' : asText(joint);
      if (value instanceof Undefined) refuseUndefined(value);
      return splitLines(asText(value))
        .map((line) => wrapText(line, options).join(separator))
        .join(separator);
    },
  ),
  filter('default', 'default_value?, boolean?', (value, [fallback = '', boolean]) => {
    return value instanceof Undefined || (asFlag(boolean) && !isTrue(value)) ? fallback : value;
  }),
  filter('d', 'default_value?, boolean?', (value, [fallback = '', boolean]) => {
    return value instanceof Undefined || (asFlag(boolean) && !isTrue(value)) ? fallback : value;
  }),
  ['format', (value, positional, named) => format(value, positional, named)],
  // dbt's filters for YAML values; in a text they change nothing.
  ...(['as_text', 'as_bool', 'as_number', 'as_native'] as const).map((name) =>
    filter(name, '', (value) => value),
  ),
];
