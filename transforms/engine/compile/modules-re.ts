import { HostObject, JinjaList, toValue, Tuple } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { messageOf } from '../../../lib/errors.ts';
import { boundedSearch } from './bounded.ts';
import { argumentError, bound, mustText, Namespace, shownText } from '../../../lib/jinja/host.ts';
import { translatePattern } from './python-pattern.ts';

const flagLetters = {
  IGNORECASE: 2n,
  I: 2n,
  MULTILINE: 8n,
  M: 8n,
  DOTALL: 16n,
  S: 16n,
  VERBOSE: 64n,
  X: 64n,
} as const;

function compiled(
  pattern: Value | undefined,
  flags: Value | undefined,
  extra: string,
  args: CallArguments,
): RegExp {
  if (pattern instanceof Pattern) return new RegExp(pattern.source, pattern.flags + extra);
  const bits = typeof flags === 'bigint' ? flags : 0n;
  const isVerbose = (bits & flagLetters.VERBOSE) !== 0n;
  const { source, flags: inline } = translatePattern(mustText(pattern, 'a pattern', args), isVerbose);
  const letters = new Set(inline);
  if ((bits & flagLetters.IGNORECASE) !== 0n) letters.add('i');
  if ((bits & flagLetters.MULTILINE) !== 0n) letters.add('m');
  if ((bits & flagLetters.DOTALL) !== 0n) letters.add('s');
  try {
    return new RegExp(source, `${[...letters].join('')}u${extra}`);
  } catch (error) {
    throw argumentError(`re: ${messageOf(error)}`, args);
  }
}

/** Something of `re` with methods, equal to what has the same text. */
abstract class ReObject extends HostObject {
  abstract readonly table: ReadonlyMap<string, Value>;
  override attribute(name: string): Value | undefined {
    return this.table.get(name);
  }
  override identity(): string {
    return this.text();
  }
}

class Pattern extends ReObject {
  override readonly typeName = 'Pattern';
  readonly source: string;
  readonly flags: string;
  override readonly table: ReadonlyMap<string, Value>;

  constructor(expression: RegExp) {
    super();
    this.source = expression.source;
    this.flags = expression.flags;
    this.table = new Map<string, Value>([
      ['pattern', expression.source],
      ...functions.map(([name, parameters, call]) =>
        bound(name, parameters.slice(1), (values, args) => call([this, ...values], args)),
      ),
    ]);
  }
  override text(): string {
    return `re.compile('${this.source}')`;
  }
}

class Match extends ReObject {
  override readonly typeName = 'Match';
  readonly #match: RegExpExecArray;
  override readonly table: ReadonlyMap<string, Value>;

  constructor(match: RegExpExecArray) {
    super();
    this.#match = match;
    const group = (key: Value | undefined): Value =>
      typeof key === 'string' ? (match.groups?.[key] ?? null) : (match[Number(key ?? 0n)] ?? null);
    this.table = new Map<string, Value>([
      ['string', match.input],
      bound('group', ['a', 'b', 'c', 'd'], (keys) => {
        const given = keys.filter((each) => each !== undefined);
        return given.length > 1 ? new Tuple(given.map(group)) : group(given[0]);
      }),
      bound(
        'groups',
        ['default'],
        ([fallback]) => new Tuple(match.slice(1).map((each: string | undefined) => each ?? fallback ?? null)),
      ),
      bound('groupdict', [], () => toValue({ ...match.groups })),
      bound('start', [], () => BigInt(match.index)),
      bound('end', [], () => BigInt(match.index + match[0].length)),
      bound('span', [], () => new Tuple([BigInt(match.index), BigInt(match.index + match[0].length)])),
    ]);
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#match.groups?.[key] : this.#match[Number(key)];
  }
  override text(): string {
    return `<re.Match object; span=(${this.#match.index}, ${this.#match.index + this.#match[0].length}), match='${this.#match[0]}'>`;
  }
}

type Values = readonly (Value | undefined)[];

const found = (match: RegExpExecArray | null): Value => (match === null ? null : new Match(match));

/** What stands for a match in findall: the groups where the pattern has some. */
function findings(match: RegExpMatchArray): Value {
  if (match.length <= 1) return match[0];
  const groups = match.slice(1).map((each: string | undefined) => each ?? '');
  return groups.length === 1 ? (groups[0] ?? '') : new Tuple(groups);
}

/** A replacement of Python with the groups of a match filled in. */
function filled(template: string, match: RegExpMatchArray): string {
  return template.replaceAll(/\\(?:g<(\w+)>|(\d{1,2})|n|t|\\)/g, (whole, name?: string, digits?: string) => {
    const key = name ?? digits;
    if (key === undefined) return whole === '\\n' ? '\n' : whole === '\\t' ? '\t' : '\\';
    return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? '';
  });
}

type Search = (expression: RegExp, text: string, values: Values, args: CallArguments) => Value;

/** Every match of an expression with the flag `g`, at most `most` of them. */
function matches(expression: RegExp, text: string, most = Infinity): RegExpExecArray[] {
  const all: RegExpExecArray[] = [];
  for (const match of text.matchAll(expression)) {
    if (all.length >= most) break;
    all.push(match);
  }
  return all;
}

function atMost(value: Value | undefined): number {
  return typeof value === 'bigint' && value > 0n ? Number(value) : Infinity;
}

/** The texts between matches, and what `between` makes of each match. */
function around<T>(
  text: string,
  found: readonly RegExpExecArray[],
  between: (match: RegExpExecArray) => readonly T[],
): (string | T)[] {
  let at = 0;
  const pieces: (string | T)[] = [];
  for (const match of found) {
    pieces.push(text.slice(at, match.index), ...between(match));
    at = match.index + match[0].length;
  }
  return [...pieces, text.slice(at)];
}

const simple = ['pattern', 'string', 'flags'];

/** Name, parameters, JavaScript's extra flag, and what is done; `string` and `flags` are found by their names. */
const searches: readonly (readonly [string, readonly string[], string, Search])[] = [
  ['match', simple, 'y', (expression, text) => found(expression.exec(text))],
  [
    'fullmatch',
    simple,
    '',
    ({ source, flags }, text) => found(new RegExp(`^(?:${source})(?![\\s\\S])`, `${flags}y`).exec(text)),
  ],
  ['search', simple, '', (expression, text) => found(expression.exec(text))],
  ['findall', simple, 'g', (expression, text) => new JinjaList(matches(expression, text).map(findings))],
  [
    'finditer',
    simple,
    'g',
    (expression, text) => new JinjaList(matches(expression, text).map((match) => new Match(match))),
  ],
  [
    'split',
    ['pattern', 'string', 'maxsplit', 'flags'],
    'g',
    (expression, text, [, , most]) =>
      new JinjaList(
        around(text, matches(expression, text, atMost(most)), (match) =>
          match.slice(1).map((each: string | undefined) => each ?? null),
        ),
      ),
  ],
  [
    'sub',
    ['pattern', 'repl', 'string', 'count', 'flags'],
    'g',
    (expression, text, [, by, , most], args) => {
      const template = mustText(by, 'the replacement', args);
      return around(text, matches(expression, text, atMost(most)), (match) => [filled(template, match)]).join(
        '',
      );
    },
  ],
];

const functions: readonly (readonly [
  string,
  readonly string[],
  (values: Values, args: CallArguments) => Value,
])[] = searches.map(([name, parameters, extra, search]) => [
  name,
  parameters,
  (values, args) => {
    const text = mustText(values[parameters.indexOf('string')], 'the string', args);
    const expression = compiled(values[0], values[parameters.indexOf('flags')], extra, args);
    return boundedSearch(expression, text, () => search(expression, text, values, args));
  },
]);

/** `modules.re`. Patterns are JavaScript's with Python's names for groups. */
export const reModule: Value = new Namespace(
  're',
  new Map<string, Value>([
    ...Object.entries(flagLetters),
    ...functions.map(([name, parameters, call]) => bound(name, parameters, call)),
    bound(
      'compile',
      ['pattern', 'flags'],
      ([pattern, flags], args) => new Pattern(compiled(pattern, flags, '', args)),
    ),
    bound('escape', ['pattern'], ([text]) => shownText(text).replaceAll(/[\\^$.*+?()[\]{}|\-#&~ ]/g, '\\$&')),
  ]),
);
