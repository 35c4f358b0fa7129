import { attributeGetter } from './attribute-path.ts';
import type { Environment } from './environment.ts';
import { fail } from './errors.ts';
import type { Filter } from './filter-table.ts';
import { Lazy } from './objects.ts';
import { isTrue, iterate } from './operators.ts';
import { textOf } from './values.ts';
import type { Value } from './values.ts';

type Named = ReadonlyMap<string, Value>;

function mapper(
  positional: readonly Value[],
  named: Named,
  environment: Environment,
): (item: Value) => Value {
  const [name, ...args] = positional;
  if (name === undefined) {
    const attribute = named.get('attribute');
    if (attribute === undefined)
      return fail('JINJA_ARGUMENTS', 'map needs the name of a filter or an attribute');
    const other = [...named.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (other !== undefined) fail('JINJA_ARGUMENTS', `map has no argument '${other}'`);
    return attributeGetter(environment, attribute, named.get('default') ?? null);
  }
  const called = textOf(name);
  return (item) => environment.filter(called, item, args, named);
}

function* mapItems(
  value: Value,
  positional: readonly Value[],
  named: Named,
  environment: Environment,
): Generator<Value> {
  if (!isTrue(value)) return;
  const map = mapper(positional, named, environment);
  for (const item of iterate(value)) yield map(item);
}

function chooser(
  positional: readonly Value[],
  named: Named,
  environment: Environment,
  byAttribute: boolean,
): (item: Value) => boolean {
  const rest = [...positional];
  const attribute = byAttribute ? rest.shift() : null;
  if (attribute === undefined) return fail('JINJA_ARGUMENTS', 'the name of an attribute is missing');
  const get = attributeGetter(environment, attribute);
  const name = rest.shift();
  if (name === undefined) return (item) => isTrue(get(item));
  const asked = textOf(name);
  return (item) => environment.test(asked, get(item), rest, named);
}

function choose(name: string, wanted: boolean, byAttribute: boolean): readonly [string, Filter] {
  function* items(
    value: Value,
    positional: readonly Value[],
    named: Named,
    environment: Environment,
  ): Generator<Value> {
    if (!isTrue(value)) return;
    const isChosen = chooser(positional, named, environment, byAttribute);
    for (const item of iterate(value)) if (isChosen(item) === wanted) yield item;
  }
  return [
    name,
    (value, positional, named, environment) => new Lazy(items(value, positional, named, environment)),
  ];
}

/** Filters that apply other filters and tests; lazy, as in Jinja2. */
export const HIGHER_FILTERS: readonly (readonly [string, Filter])[] = [
  [
    'map',
    (value, positional, named, environment) => new Lazy(mapItems(value, positional, named, environment)),
  ],
  choose('select', true, false),
  choose('reject', false, false),
  choose('selectattr', true, true),
  choose('rejectattr', false, true),
];
