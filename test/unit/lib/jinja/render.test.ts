import { describe, expect, test } from 'vitest';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { findCalls } from '../../../../lib/jinja/discover.ts';
import { fail } from '../../../../lib/jinja/errors.ts';
import { evaluateNative } from '../../../../lib/jinja/native.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import { macroCallable, render, renderSync } from '../../../../lib/jinja/render.ts';
import type { RenderOptions } from '../../../../lib/jinja/render.ts';
import { Callable, HostObject, JinjaList, fromValue, toValue } from '../../../../lib/jinja/values.ts';
import type { Value } from '../../../../lib/jinja/values.ts';

function options(
  names: Readonly<Record<string, Value>> = {},
  more: Partial<RenderOptions> = {},
): RenderOptions {
  return { globals: (name) => (Object.hasOwn(names, name) ? names[name] : undefined), ...more };
}

function sync(
  template: string,
  names: Readonly<Record<string, Value>> = {},
  more: Partial<RenderOptions> = {},
): string {
  return renderSync(parseTemplate(template, 'models/a.sql'), options(names, more));
}

function errorOf(work: () => unknown): ShopwaveError {
  try {
    work();
  } catch (error) {
    if (error instanceof ShopwaveError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const later = new Callable('later', async ({ positional }) => {
  await Promise.resolve();
  return positional[0] ?? null;
});

/** The same callable without the wait. */
const now = new Callable('later', ({ positional }) => positional[0] ?? null);

describe('waiting', () => {
  const template = `{% macro m(a, b=later(2)) %}{{ later(a) }}{{ b }}{{ caller(later(9)) if caller }}{% endmacro -%}
    {% set total = namespace(v=0) %}
    {%- for x in later([1, 2, 3, 4]) if later(x) != 3 %}
      {%- if later(x) == 4 %}{% continue %}{% endif %}
      {%- set total.v = total.v + later(x) %}{{ loop.index }}:{{ m(x) }} {% if later(x) == 9 %}{% break %}{% endif %}
    {%- else %}none{% endfor %}
    {%- set kept %}{{ later('kept') }}{% endset %}{{ kept | upper }} {{ later(1) < later(2) < later(3) }}
    {%- call(q) m(later(5)) %}<{{ later(q) }}>{% endcall %}
    {%- with a = later(1), b = later(2) %}{{ [a, b, {later('k'): later('v')}] }}{% endwith %}
    {%- filter replace(later('x'), later('y')) %}xx{{ later('x') }}{% endfilter %}
    {%- do later(1) %}{{ later('abc')[later(1):] }}{{ later(none) or later('z') }}{{ total.v }}`;

  test('an asynchronous context renders what a synchronous one does', async () => {
    const expected = sync(template, { later: now });
    await expect(render(parseTemplate(template, 'a.sql'), options({ later }))).resolves.toBe(expected);
    expect(expected).toContain('1:12');
  });

  test('what has to wait is refused where nothing can wait', () => {
    const error = errorOf(() => sync('select\n {{ later(1) }}', { later }));
    expect(error).toMatchObject({ code: 'JINJA_ASYNC', where: 'models/a.sql:2:5' });
  });

  test('an error after a wait has its place', async () => {
    const failing = render(
      parseTemplate('{{ later(1) }}\n{{ later(1) + "a" }}', 'b.sql'),
      options({ later }),
    );
    await expect(failing).rejects.toMatchObject({ code: 'JINJA_TYPE', where: 'b.sql:2:13' });
  });
});

describe('macros of a file', () => {
  const file = parseTemplate(
    [
      '{% macro outer(a) %}{% set hidden = 1 %}{{ inner(a) }}!{% endmacro %}',
      '{% macro inner(a) %}{% if a %}{{ return(a * 2) }}{% endif %}none{{ hidden }}{% endmacro %}',
      '{% macro broken() %}\n  {{ missing() }}{% endmacro %}',
      '{% macro forever() %}{{ forever() }}{% endmacro %}',
      '{% test positive(model, column_name) %}select {{ column_name }} from {{ model }}{% endtest %}',
      "{% materialization kept, adapter='duckdb', supported_languages=['sql'] %}m{% endmaterialization %}",
      '{% snapshot orders_snapshot %}select {{ 1 }}{% endsnapshot %}',
      '{% docs orders %}Raw {{ text }} and {% broken{% enddocs %}',
    ].join('\n'),
    'macros/m.sql',
  );
  const names: Record<string, Value> = {};
  const own = options(names, { returns: true });
  for (const definition of file.macros) {
    const callable = macroCallable(definition, own);
    names[callable.name] = callable;
  }

  test('are found with their kind, place and source', () => {
    expect(file.macros.map(({ kind, name, at }) => [kind, name, at.line])).toEqual([
      ['macro', 'outer', 1],
      ['macro', 'inner', 2],
      ['macro', 'broken', 3],
      ['macro', 'forever', 5],
      ['test', 'positive', 6],
      ['materialization', 'kept', 7],
      ['snapshot', 'orders_snapshot', 8],
      ['docs', 'orders', 9],
    ]);
    const byName = new Map(file.macros.map((definition) => [definition.name, definition]));
    expect(byName.get('kept')).toMatchObject({
      adapter: 'duckdb',
      supportedLanguages: ['sql'],
      bodyText: 'm',
    });
    expect(byName.get('orders')?.bodyText).toBe('Raw {{ text }} and {% broken');
    expect(byName.get('orders_snapshot')?.raw).toBe(
      '{% snapshot orders_snapshot %}select {{ 1 }}{% endsnapshot %}',
    );
  });

  test('reach each other through the globals, and return ends the macro around it', () => {
    expect(sync('{{ outer(4) }} {{ outer(0) }} {{ inner(2) + 1 }}', names)).toBe('8! none! 5');
    expect(sync('{{ test_positive("t", column_name="c") }}', names)).toBe('select c from t');
  });

  test('name the calls that led to an error, innermost first', () => {
    const error = errorOf(() =>
      sync('{% macro local() %}{{ broken() }}{% endmacro %}\n{{ local() }}', names),
    );
    expect(error).toMatchObject({ code: 'JINJA_UNDEFINED', where: 'macros/m.sql:4:6' });
    expect(error.message.split('\n').map((line) => line.trim())).toEqual([
      "'missing' is undefined",
      'in macro broken (macros/m.sql:3:4), called from models/a.sql:1:23',
      'in macro local (models/a.sql:1:4), called from models/a.sql:2:4',
    ]);
  });

  test('of another file, called with what they do not take, are wrong at the call', () => {
    const definition = parseTemplate('\n{% macro two(a, b) %}{% endmacro %}', 'macros/m.sql').macros[0];
    if (definition === undefined) throw new Error('no macro was found');
    const two = macroCallable(definition, options());
    expect(errorOf(() => sync('a\n {{ two(1, 2, 3) }}', { two }))).toMatchObject({
      code: 'JINJA_ARGUMENTS',
      where: 'models/a.sql:2:5',
    });
  });

  test('that never end are stopped by the limit on depth', async () => {
    expect(errorOf(() => sync('{{ forever() }}', names)).code).toBe('JINJA_LIMIT');
    const waiting = render(parseTemplate('{{ forever() }}', 'a.sql'), options(names));
    await expect(waiting).rejects.toMatchObject({ code: 'JINJA_LIMIT' });
  });
});

describe('errors', () => {
  test('of a callable keep their code and gain the place', () => {
    const refuse = new Callable('refuse', () => fail('JINJA_UNSUPPORTED', 'not here'));
    expect(errorOf(() => sync('a\n{{ refuse() }}', { refuse }))).toMatchObject({
      code: 'JINJA_UNSUPPORTED',
      where: 'models/a.sql:2:4',
      message: 'not here',
    });
  });

  test('of syntax show the line', () => {
    const error = errorOf(() =>
      parseTemplate('select\n  {{ a b }}', 'x.yml', { startLine: 10, startColumn: 5 }),
    );
    expect(error).toMatchObject({ code: 'JINJA_SYNTAX', where: 'x.yml:11:8' });
    expect(error.message).toContain('11 |   {{ a b }}');
    expect(errorOf(() => parseTemplate('{% iff a %}', 'a')).message).toContain("did you mean 'if'");
    const unsupported = errorOf(() => parseTemplate("a\n{% include 'a' %}", 'a.sql'));
    expect(unsupported).toMatchObject({ code: 'JINJA_UNSUPPORTED', where: 'a.sql:2:4' });
    expect(unsupported.message).not.toContain('a.sql');
  });

  test('of unknown names say what is near', () => {
    expect(errorOf(() => sync("{{ 'a' | uper }}")).message).toContain("did you mean 'upper'");
    expect(errorOf(() => sync("{{ 'a' | replace(odl='b', new='c') }}")).message).toContain(
      "did you mean 'old'",
    );
  });

  test.each([
    ['{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}'],
    ["{% set ns = namespace(v='ab') %}{% for i in range(99) %}{% set ns.v = ns.v * 2 %}{% endfor %}"],
    ["{{ 'a' * 10 ** 12 }}"],
    ['{{ 9 ** (9 ** 9) }}'],
    ['{{ range(10 ** 9) }}'],
    ["{{ 'x' * 1000000 }}{{ 'x' * 1000000 }}"],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ["{{ '%1000000000d' % 1 }}"],
    ["{{ 'a'.center(10 ** 10) }}"],
    [
      '{% set l = [] %}{% for i in range(3000) %}{% set l2 = l %}{% do l.append(l) %}{% endfor %}{% for x in l recursive %}{{ loop(x) }}{% endfor %}',
    ],
  ])('limit %s', (template) => {
    const error = errorOf(() => sync(template, {}, { limits: { steps: 100_000, output: 1_000_000 } }));
    expect(error.code).toBe('JINJA_LIMIT');
  });

  test('nesting in the source is limited', () => {
    expect(errorOf(() => sync(`{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`)).code).toBe('JINJA_SYNTAX');
    expect(errorOf(() => sync(`{{ 1${' + 1'.repeat(50_000)} }}`)).code).toBe('JINJA_LIMIT');
    expect(errorOf(() => sync('{% if 1 %}'.repeat(5000))).code).toBe('JINJA_SYNTAX');
  });
});

describe('undefined values', () => {
  test('are refused in strict mode, but for defined and default', () => {
    const strict = { undefinedMode: 'strict', names: () => ['customers'] } as const;
    expect(errorOf(() => sync('{{ custmers }}', {}, strict))).toMatchObject({
      code: 'JINJA_UNDEFINED',
      message: "'custmers' is undefined; did you mean 'customers'?",
    });
    expect(sync("{{ nope is defined }}{{ nope | default('d') }}", {}, strict)).toBe('Falsed');
    for (const use of [
      '{% if nope %}{% endif %}',
      '{% for x in nope %}{% endfor %}',
      '{{ nope.a }}',
      "{{ nope ~ 'a' }}",
      '{{ nope == 1 }}',
    ]) {
      expect(errorOf(() => sync(use, {}, strict)).code).toBe('JINJA_UNDEFINED');
    }
  });

  test('can be called while a project is parsed', () => {
    expect(sync('[{{ nope(1).a() }}]', {}, { callUndefined: 'undefined' })).toBe('[]');
    expect(errorOf(() => sync('{{ nope(1) }}')).code).toBe('JINJA_UNDEFINED');
  });
});

class Relation extends HostObject {
  override readonly typeName = 'Relation';
  override readonly isMapping = true;
  readonly #name: string;
  constructor(name: string) {
    super();
    this.#name = name;
  }
  override attribute(name: string): Value | undefined {
    return name === 'identifier' ? this.#name : name === '_private' ? 'reachable' : undefined;
  }
  override text(): string {
    return `"${this.#name}"`;
  }
  override identity(): string {
    return `relation ${this.#name}`;
  }
}

describe('host objects', () => {
  test('compare by identity, are keys, and show only their attributes', () => {
    const names = { a: new Relation('x'), b: new Relation('x'), c: new Relation('y') };
    const template = `{{ a == b }}{{ a == c }}{{ {a: 1}[b] }}{{ a in [b] }}{{ a }}{{ a.identifier }}{{ a._private }}[{{ a.constructor }}{{ a.text }}{{ a.kind }}]{{ a is mapping }}{{ [a, b, c] | unique | list }}`;
    expect(sync(template, names)).toBe('TrueFalse1True"x"xreachable[]True["x", "y"]');
  });
});

describe('values', () => {
  test('go in and out', () => {
    const json = { a: [1, 2.5, 'x', null, true], b: { c: [] } };
    expect(fromValue(toValue(json))).toEqual(json);
    expect(fromValue(toValue(new Map([[1, 'a']])))).toEqual(new Map([[1, 'a']]));
    const poisoned = fromValue(toValue(JSON.parse('{"__proto__": {"x": 1}}')));
    expect(Object.getPrototypeOf(poisoned)).toBe(Object.prototype);
    expect(sync('{{ v }}', { v: new JinjaList([1n, 1, null]) })).toBe('[1, 1.0, None]');
  });

  test.each([
    ['{{ 1 + 1 }}', 2],
    ['{{ [1, "a"] }}', [1, 'a']],
    ['{{ none }}', null],
    ['1', '1'],
    ['{{ 1 }} ', '1 '],
    ['{{ "1" }}', '1'],
    ['{{ "1" | as_number }}', 1],
    ['{{ "True" | as_bool }}', true],
    ['{{ "[1, 2]" | as_native }}', [1, 2]],
    ['{{ 5 | as_text }}', '5'],
    ['{{ "x" | as_native }}', 'x'],
    ['a{{ 5 | as_number }}b', 'a5b'],
    // In the middle of an expression the value is a text: only the end of the template has a type.
    ['{{ "x" == "x" | as_bool }}', true],
    ['{{ "x" | as_native in ["x"] }}', true],
    ['{{ {"5": 1}["5" | as_number] }}', 1],
    ['{{ "5" | as_number if true else "a" }}', 5],
    ['{{ none or "True" | as_bool }}', true],
  ])('native %s', (template, expected) => {
    expect(fromValue(evaluateNative(parseTemplate(template, 'a.yml'), options()))).toEqual(expected);
  });

  test('native values that are of another type are refused', () => {
    for (const wrong of ['{{ "x" | as_number }}', '{{ "true" | as_bool }}', '{{ 1 | as_bool }}']) {
      expect(errorOf(() => evaluateNative(parseTemplate(wrong, 'a.yml'), options())).code).toBe('JINJA_TYPE');
    }
  });
});

test('calls are found with their literal arguments', () => {
  const text = `{{ ref('a') }} {% if ref('p', "b", v=-2) %}{% endif %}{{ dbt_utils.star(from=ref(x), except=['q']) }}{{ f(*a) }}`;
  const found = findCalls(parseTemplate(text, 'a.sql')).map(({ name, positional, named, isSpread, at }) => {
    return {
      name,
      positional: positional.map((it) => it && fromValue(it)),
      named: [...named.keys()],
      isSpread,
      column: at.column,
    };
  });
  const column = (part: string): number => text.indexOf(part) + 1;
  expect(found).toEqual([
    { name: 'ref', positional: ['a'], named: [], isSpread: false, column: column("ref('a')") },
    { name: 'ref', positional: ['p', 'b'], named: ['v'], isSpread: false, column: column("ref('p'") },
    {
      name: 'dbt_utils.star',
      positional: [],
      named: ['from', 'except'],
      isSpread: false,
      column: column('dbt_utils'),
    },
    { name: 'ref', positional: [undefined], named: [], isSpread: false, column: column('ref(x)') },
    { name: 'f', positional: [], named: [], isSpread: true, column: column('f(*a)') },
  ]);
});
