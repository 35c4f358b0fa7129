import { Random } from './random.ts';
import { expression } from './generate-expression.ts';

/** What generated templates find in their context. Floats are never whole, as JSON cannot tell them from ints. */
export const CONTEXT = {
  n: 7,
  z: 0,
  neg: -3,
  ratio: 2.5,
  name: 'Ann Lee',
  empty: '',
  flag: true,
  nothing: null,
  xs: [3, 1, 2],
  words: ['pear', 'Apple', 'fig'],
  mixed: [1, 'a', null, 2.5],
  d: { b: 2, a: 1, C: 3 },
  items: [
    { name: 'Ann', age: 31, tags: ['x', 'y'] },
    { name: 'bob', age: 25, tags: [] },
  ],
} as const;

/** One template of the grammar; the same seed gives the same text. */
export function generateTemplate(seed: number): string {
  const random = new Random(seed);
  const parts = Array.from({ length: 1 + random.below(2) }, () => statement(random, 2));
  return parts.join(random.pick(['', '\n', ' ', '\n\n']));
}

type Statement = (random: Random, depth: number) => string;

const STATEMENTS: readonly Statement[] = [
  (random) => open('{{', random) + expression(random, 3) + close('}}', random),
  (random) => open('{{', random) + expression(random, 2) + close('}}', random),
  (random) => random.pick(['text', ' a\n  b ', '\n', '  ', 'x;', '{ y }', "'q'", '{# c #}', '{#- c -#} ']),
  (random, depth) =>
    tag(random, `if ${expression(random, 2)}`) +
    body(random, depth) +
    (random.chance(0.4) ? tag(random, `elif ${expression(random, 1)}`) + body(random, depth) : '') +
    (random.chance(0.5) ? tag(random, 'else') + body(random, depth) : '') +
    tag(random, 'endif'),
  (random, depth) => forLoop(random, depth),
  (random, depth) => forLoop(random, depth),
  (random) => tag(random, `set ${variable(random)} = ${expression(random, 2)}`),
  (random) =>
    tag(
      random,
      `set ${variable(random)}, ${variable(random)} = ${expression(random, 1)}, ${expression(random, 1)}`,
    ),
  (random, depth) => {
    const filter = random.chance(0.3)
      ? ` | ${random.pick(['upper', 'trim', 'length', "replace('a', 'b')"])}`
      : '';
    return tag(random, `set ${variable(random)}${filter}`) + body(random, depth) + tag(random, 'endset');
  },
  (random, depth) =>
    tag(random, `with ${variable(random)} = ${expression(random, 1)}`) +
    body(random, depth) +
    tag(random, 'endwith'),
  (random, depth) =>
    tag(random, `filter ${random.pick(['upper', 'trim', 'title', 'indent(2)'])}`) +
    body(random, depth) +
    tag(random, 'endfilter'),
  (random, depth) => macro(random, depth),
  // On a list of its own: a loop that adds to what it goes through would never end in Python.
  (random) => tag(random, 'set own = [2, 1]') + tag(random, `do own.${ownChange(random)}`) + '{{ own }}',
  (random) =>
    tag(random, `set ns = namespace(v=${expression(random, 1)})`) +
    tag(random, `for i in range(${random.below(4)})`) +
    tag(random, `set ns.v = ${random.pick(['i', '[ns.v, i]', 'ns.v ~ i', expression(random, 1)])}`) +
    tag(random, 'endfor') +
    '{{ ns.v }}',
  (random) => tag(random, 'raw').replace('+%}', '%}') + '{{ raw }} {% x %}' + tag(random, 'endraw'),
];

function statement(random: Random, depth: number): string {
  return random.pick(STATEMENTS)(random, depth);
}

function body(random: Random, depth: number): string {
  if (depth === 0) return random.pick(['b', '{{ n }}', ' ', '\n', '{{ a }}']);
  return Array.from({ length: 1 + random.below(2) }, () => statement(random, depth - 1)).join('');
}

function forLoop(random: Random, depth: number): string {
  const target = random.pick(['x', 'x', 'a', 'x, y']);
  const over =
    target === 'x, y'
      ? random.pick(['d.items()', '[(1, 2), (3, 4)]', 'd|dictsort', 'words'])
      : sequence(random);
  const filter = random.chance(0.2) ? ` if ${expression(random, 1)}` : '';
  const jump = random.chance(0.2)
    ? `{% if ${expression(random, 1)} %}{% ${random.pick(['break', 'continue'])} %}{% endif %}`
    : '';
  const loop = random.chance(0.5) ? `{{ ${random.pick(LOOP)} }}` : '';
  const otherwise = random.chance(0.3) ? tag(random, 'else') + body(random, 0) : '';
  return (
    tag(random, `for ${target} in ${over}${filter}`) +
    loop +
    jump +
    body(random, depth) +
    otherwise +
    tag(random, 'endfor')
  );
}

const LOOP = [
  'loop.index',
  'loop.index0',
  'loop.revindex',
  'loop.last',
  'loop.first',
  'loop.length',
  'loop.previtem',
  'loop.nextitem',
  "loop.cycle('a', 'b')",
  'loop.changed(x)',
  'loop.depth',
];

function sequence(random: Random): string {
  return random.pick([
    'xs',
    'words',
    'range(3)',
    'd',
    'items',
    'name',
    '[]',
    'xs|sort',
    'words|map("upper")',
    expression(random, 1),
  ]);
}

function macro(random: Random, depth: number): string {
  const signature = random.pick(['a', 'a, b=2', 'a=n, b=a', '', 'a, b']);
  const caller = random.chance(0.4);
  const inside =
    body(random, depth === 0 ? 0 : depth - 1) +
    random.pick(['{{ a }}', '{{ b }}', '{{ varargs }}', '{{ kwargs }}', '']);
  const definition =
    tag(random, `macro m(${signature})`) +
    inside +
    (caller ? '{{ caller(1) }}' : '') +
    tag(random, 'endmacro');
  const args = random.pick([
    '',
    '1',
    '1, 2',
    'a=1',
    'n, b=3',
    '*xs',
    '**{"b": 4}',
    '1, 2, 3',
    'c=5',
    expression(random, 1),
  ]);
  if (caller)
    return `${definition}{% call${random.pick(['(q)', '', '(q, r=2)'])} m(${args}) %}<{{ q }}>{% endcall %}`;
  return `${definition}{{ m(${args})${random.pick(['', '|upper', ' ~ 1', '|length'])} }}`;
}

function variable(random: Random): string {
  return random.pick(['a', 'b', 'n', 'name', 'x']);
}

function open(text: string, random: Random): string {
  return text + random.pick(['', '', '', '', '-', '+']) + ' ';
}

function close(text: string, random: Random): string {
  return ` ${random.chance(0.15) ? '-' : ''}${text}`;
}

function tag(random: Random, inside: string): string {
  return `${open('{%', random)}${inside} ${random.pick(['', '', '', '-', '+'])}%}`;
}

function ownChange(random: Random): string {
  const added = expression(random, 1);
  return random.pick([
    `append(${added})`,
    'pop()',
    'reverse()',
    'sort()',
    'extend(words)',
    'insert(0, n)',
    'remove(1)',
  ]);
}
