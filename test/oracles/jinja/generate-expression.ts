import { any } from './generate-typed.ts';
import type { Random } from './random.ts';

const ATOMS = [
  'n',
  'z',
  'neg',
  'ratio',
  'name',
  'empty',
  'flag',
  'nothing',
  'xs',
  'words',
  'mixed',
  'd',
  'items',
  'missing',
  'missing.deep',
  '0',
  '1',
  '2',
  '-3',
  '10',
  '1.5',
  '0.1',
  '2.0',
  '1e3',
  "'a'",
  '"b c"',
  "''",
  "'1'",
  "'3.7'",
  "'a,b'",
  "'%s'",
  'true',
  'false',
  'none',
  '[]',
  '[1, 2]',
  '(1,)',
  '()',
  '{}',
  "{'a': 1}",
  "['a', 'B']",
  '(3, 1)',
  'range(4)',
  'd.a',
  "d['b']",
  'xs[0]',
  'xs[-1]',
  'items[0].name',
  'words[1]',
  "'é😀'",
  '12345678901234567890',
  'a',
  'b',
  'x',
];

const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '~',
  '~',
  '+',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'and',
  'or',
  'and',
  'or',
];

const FILTERS = [
  'upper',
  'lower',
  'capitalize',
  'title',
  'length',
  'trim',
  'string',
  'list',
  'first',
  'last',
  'join',
  "join('-')",
  'sort',
  'sort(reverse=true)',
  'unique|list',
  'reverse|list',
  'sum',
  'min',
  'max',
  'int',
  'float',
  'abs',
  'round',
  'round(1)',
  "default('d')",
  "d('e', true)",
  'count',
  "replace('a', 'X')",
  'tojson|length',
  "map('upper')|list",
  "map('string')|join(',')",
  'select|list',
  "reject('none')|list",
  "select('string')|list",
  'batch(2)|list',
  'slice(2)|list',
  'dictsort',
  'items|list',
  'wordcount',
  'center(9)',
  'indent(2)',
  'truncate(5, true, "..")',
  "attr('upper') is defined",
  'pprint',
  'format(1)',
  "map(attribute='name')|list",
  "selectattr('age')|list|length",
  "groupby('name')|length",
  'int(5, 16)',
  'filesizeformat',
  'urlencode',
  'wordwrap(4)',
  'striptags',
  "map('first')|list",
  "rejectattr('age', 'gt', 30)|list|length",
  'as_text',
  'sum(start=1)',
  'unique|join',
];

const TESTS = [
  'defined',
  'undefined',
  'none',
  'string',
  'number',
  'integer',
  'float',
  'boolean',
  'mapping',
  'sequence',
  'iterable',
  'callable',
  'odd',
  'even',
  'divisibleby 2',
  'eq 1',
  'ne 1',
  'lt 2',
  'gt 2',
  'in [1, 2]',
  "in 'abc'",
  'lower',
  'upper',
  'true',
  'false',
  'sameas none',
  'ge(1)',
  'filter',
  'test',
];

const METHODS = [
  'upper()',
  'lower()',
  'title()',
  'strip()',
  "split(',')",
  'split()',
  "replace('a', 'b')",
  "startswith('a')",
  "endswith(('a', 'b'))",
  'items()|list',
  'keys()|list',
  'values()|list',
  "get('a')",
  "get('zz', 1)",
  'count(1)',
  "count('a')",
  "find('b')",
  "join(['x', 'y'])",
  'copy()',
  "index('a')",
  'isdigit()',
  'isalpha()',
  'zfill(4)',
  "center(7, '*')",
  'ljust(3)',
  "partition(' ')",
  'splitlines()',
  'capitalize()',
  'swapcase()',
  "rsplit(' ', 1)",
  'format(1)',
  'bit_length()',
  'is_integer()',
  "strip('a')",
  "pop('a', 0)",
  "removeprefix('a')",
  'nope',
  'nope.deeper',
  'name',
  'a',
  '0',
  '1',
  'upper',
  'casefold()',
];

const SLICES = [
  '[0]',
  '[-1]',
  '[5]',
  '[1:]',
  '[:-1]',
  '[::2]',
  '[::-1]',
  "['a']",
  "['name']",
  '[1:1]',
  '[-2:]',
  '[n]',
  '[:n]',
  '[none:2]',
  '[true]',
];

// Slicing a literal is left out: Jinja2 folds it at compile time and answers undefined where the same slice of a
// variable is an error. So is the text of functions, which holds an address.
const UNPRINTABLE = new Set(['upper']);

function anyExpression(random: Random, depth: number): string {
  if (depth === 0) return random.pick(ATOMS);
  const inner = (): string => anyExpression(random, depth - 1);
  switch (random.below(13)) {
    case 0:
    case 1:
      return `${inner()} ${random.pick(BINARY)} ${inner()}`;
    case 2:
      return `(${inner()}) ${random.pick(BINARY)} (${inner()})`;
    case 3:
    case 4:
      return `${operand(random, depth)}|${random.pick(FILTERS)}`;
    case 5:
      return `${operand(random, depth)} is ${random.chance(0.2) ? 'not ' : ''}${random.pick(TESTS)}`;
    case 6:
    case 7:
      return `${operand(random, depth)}.${random.pick(METHODS.filter((method) => !UNPRINTABLE.has(method)))}`;
    case 8:
      return `${random.pick(['n', 'xs', 'words', 'name', 'd', 'mixed', 'items', 'missing', 'nothing', 'x'])}${random.pick(SLICES)}`;
    case 9:
      return `${random.pick(['not ', '-', '+', '- '])}${inner()}`;
    case 10:
      return `${inner()} if ${inner()}${random.chance(0.7) ? ` else ${inner()}` : ''}`;
    case 11:
      return random.pick([
        `[${inner()}, ${inner()}]`,
        `(${inner()}, ${inner()})`,
        `{'k': ${inner()}}`,
        `(${inner()})`,
      ]);
    default:
      return random.pick([
        () =>
          `'${random.pick(FORMATS)}' % ${random.pick(['n', 'ratio', 'name', '(n, ratio)', '(name,)', 'xs', 'neg'])}`,
        () =>
          `'${random.pick(BRACES)}'.format(${random.pick(['n', 'ratio', 'name', 'n, ratio', 'neg', 'name, 2'])})`,
        () =>
          `${inner()} ${random.pick(['<', '==', 'in', '>='])} ${inner()} ${random.pick(['<', '!=', '<='])} ${inner()}`,
        () =>
          `${random.pick(['n', '2', '-2', 'ratio', '3.0'])} ** ${random.pick(['2', '3', '0', '-1', '0.5 if true else 1'])}`,
      ])();
  }
}

function operand(random: Random, depth: number): string {
  const inside = anyExpression(random, depth - 1);
  return /^[\w.]+$/.test(inside) && !/^[\d.]/.test(inside) ? inside : `(${inside})`;
}

const FORMATS = [
  '%s',
  '%d',
  '%5.1f',
  '%05d',
  '%x',
  '%r',
  '%-6s|',
  '%s %s',
  '%+d',
  '%e',
  '%g',
  '%.3s',
  '%%',
  '%c',
  '%i-%s',
  '%08.3f',
  '%#o',
];
const BRACES = [
  '{}',
  '{:>6}',
  '{:05}',
  '{:.2f}',
  '{:,}',
  '{0}{0}',
  '{} {}',
  '{:x}',
  '{:%}',
  '{:e}',
  '{!r}',
  '{:^9}|',
  '{:+}',
  '{:g}',
  '{:.3}',
  '{:_}',
  '{:d}',
];

/** One expression of at most `depth` levels; most make sense, some are anything that parses. */
export function expression(random: Random, depth: number): string {
  return random.chance(0.12) ? anyExpression(random, depth) : any(random, depth);
}
