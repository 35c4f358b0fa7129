import { HostObject, JinjaList, toValue, Tuple } from '../jinja/values.ts';
import type { CallArguments, Value } from '../jinja/values.ts';
import { messageOf } from '../../../lib/errors.ts';
import { argumentError, bound, mustText, Namespace, shownText } from './host.ts';

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

/** Python's spellings that JavaScript lacks. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\(\?P</g, '(?<'],
  [/\(\?P=(\w+)\)/g, '\\k<$1>'],
  [/\\A/g, '^'],
  [/\\Z/g, '$'],
];

function compiled(
  pattern: Value | undefined,
  flags: Value | undefined,
  extra: string,
  args: CallArguments,
): RegExp {
  if (pattern instanceof Pattern) return new RegExp(pattern.source, pattern.flags + extra);
  const bits = typeof flags === 'bigint' ? flags : 0n;
  const letters = [
    [2n, 'i'],
    [8n, 'm'],
    [16n, 's'],
  ] as const;
  const given = letters.flatMap(([bit, letter]) => ((bits & bit) === 0n ? [] : [letter])).join('');
  const source = spellings.reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    mustText(pattern, 'a pattern', args),
  );
  try {
    return new RegExp(source, `${given}u${extra}`);
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

const replacement = (text: string): string =>
  text
    .replaceAll('$', '$$$$')
    .replaceAll(/\\g<(\w+)>/g, (_, key: string) => (/^\d+$/.test(key) ? `$${key}` : `$<${key}>`))
    .replaceAll(/\\(\d+)/g, '$$$1');

const functions: readonly (readonly [
  string,
  readonly string[],
  (values: Values, args: CallArguments) => Value,
])[] = [
  [
    'match',
    ['pattern', 'string', 'flags'],
    ([p, s, f], a) => {
      const expression = compiled(p, f, 'y', a);
      return found(expression.exec(mustText(s, 'the string', a)));
    },
  ],
  [
    'fullmatch',
    ['pattern', 'string', 'flags'],
    ([p, s, f], a) => {
      const expression = compiled(p, f, '', a);
      return found(
        new RegExp(`^(?:${expression.source})$`, expression.flags).exec(mustText(s, 'the string', a)),
      );
    },
  ],
  [
    'search',
    ['pattern', 'string', 'flags'],
    ([p, s, f], a) => found(compiled(p, f, '', a).exec(mustText(s, 'the string', a))),
  ],
  [
    'findall',
    ['pattern', 'string', 'flags'],
    ([p, s, f], a) =>
      new JinjaList(Array.from(mustText(s, 'the string', a).matchAll(compiled(p, f, 'g', a)), findings)),
  ],
  [
    'finditer',
    ['pattern', 'string', 'flags'],
    ([p, s, f], a) =>
      new JinjaList(
        Array.from(
          mustText(s, 'the string', a).matchAll(compiled(p, f, 'g', a)),
          (match) => new Match(match),
        ),
      ),
  ],
  [
    'split',
    ['pattern', 'string', 'maxsplit', 'flags'],
    ([p, s, , f], a) =>
      new JinjaList(
        mustText(s, 'the string', a)
          .split(compiled(p, f, '', a))
          .map((each: string | undefined) => each ?? null),
      ),
  ],
  [
    'sub',
    ['pattern', 'repl', 'string', 'count', 'flags'],
    ([p, r, s, n, f], a) => {
      const text = mustText(s, 'the string', a);
      const by = replacement(mustText(r, 'the replacement', a));
      const most = typeof n === 'bigint' && n > 0n ? Number(n) : Infinity;
      let done = 0;
      return text.replaceAll(compiled(p, f, 'g', a), (...parts) => {
        const [whole] = parts as [string];
        done += 1;
        return done > most ? whole : whole.replace(compiled(p, f, '', a), by);
      });
    },
  ],
];

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
