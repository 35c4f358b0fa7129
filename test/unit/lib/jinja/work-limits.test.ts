import { describe, expect, test } from 'vitest';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import { renderSync } from '../../../../lib/jinja/render.ts';
import { modules } from '../../../../transforms/engine/compile/modules.ts';

function outcome(template: string, steps?: number): string {
  try {
    return renderSync(parseTemplate(template, 'a.sql'), {
      globals: (name) => (name === 'modules' ? modules : undefined),
      limits: steps === undefined ? {} : { steps },
    });
  } catch (error) {
    if (error instanceof ShopwaveError) return error.code;
    throw error;
  }
}

const grow = (start: string, grown: string): string =>
  `{% set ns = namespace(v=${start}) %}{% for i in range(40) %}{% set ns.v = ${grown} %}{% endfor %}`;

/** Few nodes that ask for much: each of these took many seconds, all memory, or the process with it. */
describe('work is charged, not nodes alone', () => {
  test.each([
    ['lists that double', grow('[1]', 'ns.v + ns.v')],
    ['tuples that double', grow('(1,)', 'ns.v + ns.v')],
    ['texts that double', grow("'a'", 'ns.v + ns.v')],
    ['texts that double by ~', grow("'a'", 'ns.v ~ ns.v')],
    [
      'a list that takes itself in',
      '{% set l = [1] %}{% for i in range(40) %}{% do l.extend(l) %}{% endfor %}',
    ],
    [
      'lists made and thrown away',
      '{% for i in range(9999) %}{{ (range(9999) | list) | length }}{% endfor %}',
    ],
    ['a sum of lists', '{{ ([[1] * 1000] * 10000) | sum(start=[]) | length }}'],
    [
      'what is lazy',
      '{% for i in range(9999) %}{{ range(9999) | map("upper") | list | length }}{% endfor %}',
    ],
    ['looking through a list', '{% set l = range(9999) | list %}{% for i in l %}{{ -1 in l }}{% endfor %}'],
    ['a text in a text', "{{ 'b' ~ 'a' * 99999 in 'a' * 999999 }}"],
    ['a character of a text', "{% set s = 'a' * 999999 %}{% for i in range(9999) %}{{ s[5] }}{% endfor %}"],
    ['a text that is shared', grow('(1, 2)', '(ns.v, ns.v)') + '{{ ns.v }}'],
    ['JSON of what is shared', grow('[1, 2]', '[ns.v, ns.v]') + '{{ ns.v | tojson }}'],
    ['pretty text of what is shared', grow('[1, 2]', '[ns.v, ns.v]') + '{{ ns.v | pprint }}'],
    ['a key of what is shared', grow('(1, 2)', '(ns.v, ns.v)') + '{{ {ns.v: 1} }}'],
    ['a batch that is filled up', '{{ [1] | batch(10 ** 9, 0) | list | length }}'],
    ['slices without number', '{{ [1] | slice(10 ** 9) | list | length }}'],
    ['digits in groups', "{{ '{:015000000,d}'.format(1) | length }}"],
    ['tags', "{{ ('<a>' * 99999) | striptags }}"],
    ['large ints', '{% set x = 2 ** 400000 %}{% for i in range(9999) %}{% set y = x * x %}{% endfor %}'],
    ['a text beyond what JavaScript has', "{{ (['x' * 16000000] * 100) | join | length }}"],
    [
      'combinations',
      '{% for i in range(99) %}{% do modules.itertools.product(range(999), range(999)) %}{% endfor %}',
    ],
  ])('%s', (_, template) => {
    expect(outcome(template, 500_000)).toBe('JINJA_LIMIT');
  });

  test.each([
    [
      'a list that grows item by item',
      '{% set ns = namespace(l=[]) %}{% for i in range(4000) %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.l | length }}',
      '4000',
    ],
    [
      'a text that grows line by line',
      "{% set ns = namespace(s='') %}{% for i in range(9000) %}{% set ns.s = ns.s ~ 'select 1 as one\n' %}{% endfor %}{{ ns.s | length }}",
      '144000',
    ],
    [
      'looking at the length each time',
      '{% set l = range(20000) | list %}{% set ns = namespace(n=0) %}{% for i in l %}{% set ns.n = l | length %}{% endfor %}{{ ns.n }}',
      '20000',
    ],
    ['a long word in short lines', "{{ ('a' * 100000) | wordwrap(10) | length }}", '109999'],
    [
      'a text from the right',
      "{{ ('a,' * 100000).rsplit(',') | length }} {{ ('a ' * 100000).rsplit() | length }}",
      '100001 100000',
    ],
    ['a word of brackets', "{{ (')' * 100000 ~ 'x') | urlize | length }}", '100001'],
    ['digits that are no number', "{{ ('1' * 100000 ~ 'x') | float }}", '0.0'],
  ])('%s is no work to speak of', (_, template, expected) => {
    expect(outcome(template)).toBe(expected);
  });

  test('a regular expression that does not finish is ended', () => {
    const template = "{{ modules.re.match('(a+)+$', 'a' * 40 ~ '!') }}";
    expect(outcome(template)).toBe('JINJA_LIMIT');
  });
});
