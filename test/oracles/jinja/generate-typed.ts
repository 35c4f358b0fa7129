import type { Random } from './random.ts';

type Make = (random: Random, depth: number) => string;

const paren = (text: string): string =>
  /^\w+$|^'[^']*'$|^\[[^\]]*\]$/.test(text) && !/^\d/.test(text) ? text : `(${text})`;

const number: Make = (random, depth) => {
  if (depth === 0)
    return random.pick([
      'n',
      'z',
      'neg',
      'ratio',
      '0',
      '1',
      '2',
      '3',
      '10',
      '1.5',
      '0.1',
      '2.0',
      '1e3',
      'd.a',
      'xs[0]',
      'flag',
      '12345678901234567890',
    ]);
  const of = (make: Make): string => make(random, depth - 1);
  return random.pick([
    () => `${paren(of(number))} ${random.pick(['+', '-', '*', '/', '//', '%'])} ${paren(of(number))}`,
    () => `${of(number)} ${random.pick(['+', '-', '*'])} ${of(number)}`,
    () => `-${paren(of(number))}`,
    () => `${paren(of(number))} ** ${random.pick(['2', '3', '0', '-1', '2.0'])}`,
    () =>
      `${paren(of(number))}|${random.pick(['abs', 'int', 'float', 'round', 'round(1)', 'round(2, "floor")', 'round(1, "ceil")', 'round(-1)', 'default(1)'])}`,
    () => `${paren(of(list))}|${random.pick(['length', 'count', 'list|length'])}`,
    () => `${paren(of(numbers))}|${random.pick(['sum', 'max', 'min', 'first', 'last', 'sum(start=1)'])}`,
    () =>
      `${paren(of(text))}|${random.pick(['length', 'wordcount', 'int', 'float', 'int(5, 16)', 'float(1.5)'])}`,
    () =>
      `${paren(of(text))}.${random.pick(["find('a')", "count('a')", "rfind('e', 1)", "count('')", "find('', 2)"])}`,
    () => `${of(number)} if ${of(bool)} else ${of(number)}`,
  ])();
};

const text: Make = (random, depth) => {
  if (depth === 0)
    return random.pick([
      'name',
      'empty',
      "'a'",
      "'b c'",
      "'a,b'",
      "'é😀x'",
      "'  pad '",
      "'Line one\\nline two'",
      "'aXb-c_d'",
      'words[0]',
      'items[0].name',
      "'12'",
      "'<b>&'",
    ]);
  const of = (make: Make): string => make(random, depth - 1);
  return random.pick([
    () => `${of(text)} ~ ${of(any)}`,
    () => `${paren(of(text))} + ${paren(of(text))}`,
    () => `${paren(of(text))} * ${random.pick(['2', '0', '3', 'n'])}`,
    () => `${paren(of(text))}|${random.pick(TEXT_FILTERS)}`,
    () => `${paren(of(text))}.${random.pick(TEXT_METHODS)}`,
    () =>
      `${random.pick(['name', 'words[0]', 'words[1]'])}${random.pick(['[0]', '[1:]', '[:-1]', '[::-1]', '[-3:]', '[1:4:2]', '[5:1:-1]', '[n]', '[:neg]'])}`,
    () => `${paren(of(list))}|${random.pick(["join('-')", 'join', "join(', ')", 'string'])}`,
    () =>
      `'${random.pick(['%d|%5d', '%x-%o', '%+d %05d', '%s %r', '%5.1f|%-8.2f|', '%e %g', '%.0f %.3f', '%i%%%i'])}' % (${of(whole)}, ${of(whole)})`,
    () =>
      `'${random.pick(['{}-{}', '{:>5}|{:<5}|', '{:05}{:+}', '{:,} {:_}', '{:e}{:g}', '{:.2f}{:.1%}', '{1}{0}', '{:^7}{:*^9}'])}'.format(${of(whole)}, ${of(whole)})`,
    () => `'{!r:>{w}} {x.real}'.format(${of(text)}, w=${random.pick(['3', '9'])}, x=${of(whole)})`,
    () => `${of(text)} if ${of(bool)} else ${of(text)}`,
    () => `${paren(of(any))}|string`,
  ])();
};

const whole: Make = (random) =>
  random.pick([
    'n',
    'neg',
    'z',
    'n * 100000',
    '255',
    '-1',
    '10 ** 9',
    'ratio * 2',
    'ratio',
    '-0.5',
    '1234.5678',
    '1e-7',
    '1e20',
  ]);

const TEXT_FILTERS = [
  'upper',
  'lower',
  'capitalize',
  'title',
  'trim',
  'reverse',
  "replace('a', 'X')",
  "replace('', '.')",
  'center(9)',
  'indent(2)',
  'indent(1, true)',
  'indent("> ", blank=true)',
  'truncate(5)',
  'truncate(4, true)',
  "truncate(6, false, '~', 0)",
  'wordwrap(4)',
  'wordwrap(6, false)',
  'striptags',
  'urlencode',
  "default('d')",
  'pprint',
  'format(1)|string',
  "trim('ab')",
  'escape|string',
].filter((filter) => !filter.startsWith('format') && !filter.startsWith('escape'));

const TEXT_METHODS = [
  'upper()',
  'lower()',
  'title()',
  'capitalize()',
  'swapcase()',
  'strip()',
  'lstrip()',
  "rstrip('abc')",
  "replace('a', 'b')",
  "replace('a', 'b', 1)",
  'zfill(9)',
  "center(9, '*')",
  'ljust(8)',
  "rjust(8, '.')",
  "removeprefix('a')",
  "removesuffix('c')",
  "join(['x', 'y'])",
  'expandtabs(4)',
  'casefold()',
];

const numbers: Make = (random) =>
  random.pick([
    'xs',
    '[1, 2.5]',
    '[n, neg]',
    'range(4)',
    '(3, 1)',
    'd.values()',
    'xs|sort',
    'xs|map("int")',
    '[flag, 2]',
  ]);

const list: Make = (random, depth) => {
  if (depth === 0)
    return random.pick([
      'xs',
      'words',
      'mixed',
      'items',
      '[]',
      '[1, 2]',
      '(1,)',
      '()',
      "['a', 'B']",
      'range(3)',
      'd.keys()',
      'items[0].tags',
      'd.items()',
      '{1: 2}',
    ]);
  const of = (make: Make): string => make(random, depth - 1);
  return random.pick([
    () => `[${of(any)}, ${of(any)}]`,
    () => `(${of(any)}, ${of(any)})`,
    () =>
      `${random.pick(['xs', 'words', 'mixed', 'items'])}${random.pick(['[1:]', '[:-1]', '[::-1]', '[::2]', '[-2:]', '[n:]'])}`,
    () => `${random.pick(['xs', 'words'])} + ${random.pick(['xs', '[n]', 'words', 'mixed'])}`,
    () => `${random.pick(['xs', '[0]', '(1, 2)'])} * ${random.pick(['2', '0', '3'])}`,
    () => `${paren(of(list))}|${random.pick(LIST_FILTERS)}|list`,
    () =>
      `${paren(of(text))}.${random.pick(['split()', "split(',')", "split(' ', 1)", 'splitlines()', "partition(' ')", "rsplit('a', 1)", "rpartition('b')", 'splitlines(true)'])}`,
    () =>
      `${random.pick(['words', 'xs', 'name', 'd'])}|${random.pick(['sort', 'sort(reverse=true)', 'sort(case_sensitive=true)', 'unique|list', 'list'])}`,
    () =>
      `items|${random.pick(["sort(attribute='age,name')", "map(attribute='name')|list", "selectattr('tags')|list", "groupby('age')", "rejectattr('age', 'gt', 30)|list", "map(attribute='tags.0')|list", "unique(attribute='age')|list", "map(attribute='zz', default=0)|list"])}`,
    () =>
      `d|${random.pick(['dictsort', 'dictsort(true)', "dictsort(by='value')", 'items|list', 'list', 'dictsort(reverse=true)'])}`,
  ])();
};

const LIST_FILTERS = [
  'list',
  'reverse',
  'batch(2)',
  "batch(3, 'f')",
  'slice(2)',
  "slice(3, 'f')",
  "map('string')",
  'select',
  'reject',
  "select('string')",
  "reject('none')",
  "select('number')",
  "map('default', 'q')",
  "select('defined')",
  "map('string')|map('length')",
  "select('in', [1, 'a'])",
  "reject('eq', 2)",
  "map('pprint')",
];

const bool: Make = (random, depth) => {
  const of = (make: Make): string => make(random, Math.max(0, depth - 1));
  return random.pick([
    () => `${of(number)} ${random.pick(['<', '<=', '>', '>=', '==', '!='])} ${of(number)}`,
    () => `${paren(of(text))} ${random.pick(['<', '>', '==', '!=', 'in', 'not in'])} ${paren(of(text))}`,
    () => `${of(number)} < ${of(number)} <= ${of(number)}`,
    () => `${paren(of(any))} in ${paren(of(list))}`,
    () =>
      `${paren(of(any))} is ${random.pick(['', 'not '])}${random.pick(['defined', 'none', 'string', 'number', 'mapping', 'sequence', 'iterable', 'boolean', 'integer', 'float', 'true', 'callable', 'lower'])}`,
    () =>
      `${paren(of(number))} is ${random.pick(['lt 2', 'ge 1', 'eq 1', 'gt(0)', 'ne n', 'in [1, 2]', 'in xs'])}`,
    () => `not ${paren(of(any))}`,
    () => `${paren(of(any))} == ${paren(of(any))}`,
    () =>
      `${paren(of(text))}.${random.pick(['isdigit()', 'isalpha()', 'isupper()', 'islower()', 'istitle()', "startswith('a')", "endswith(('c', 'b'))", 'isspace()', 'isalnum()', 'isidentifier()'])}`,
  ])();
};

/** An expression whose operands fit their operators. */
export const any: Make = (random, depth) =>
  random.pick([number, text, list, bool, number, text, other])(random, depth);

const other: Make = (random, depth) => {
  const of = (make: Make): string => make(random, Math.max(0, depth - 1));
  return random.pick([
    () => `${of(any)} ${random.pick(['and', 'or'])} ${of(any)}`,
    () => `{${of(text)}: ${of(any)}, 'k': ${of(any)}}`,
    () => random.pick(['nothing', 'missing', 'missing.deep', 'd', 'd.zz', 'xs[9]', 'a', 'b', 'x']),
    () => `${random.pick(['d', "{'a': 1}"])}.get(${random.pick(["'a'", "'zz'", "'zz', 5"])})`,
    () =>
      `${random.pick(['missing', 'nothing', 'empty', 'name.zz'])}|default(${of(any)}${random.pick(['', ', true'])})`,
    () => `${of(any)} if ${of(bool)}`,
  ])();
};
