import { asFlag, asInt, entriesOf } from './arguments.ts';
import { attributeGetter, attributesGetter, foldCase } from './attribute-path.ts';
import type { Environment } from './environment.ts';
import { fail } from './errors.ts';
import { filter } from './filter-table.ts';
import type { Filter } from './filter-table.ts';
import { charge, chargeSize, checkSize } from './meter.ts';
import { GroupTuple, Lazy } from './objects.ts';
import { binary, isEqual, iterate, lengthOf, order } from './operators.ts';
import { sortedBy } from './sort.ts';
import { points } from './text.ts';
import { Dict, JinjaList, PySet, Tuple, Undefined, keyOf, textOf, typeName } from './values.ts';
import type { Value } from './values.ts';

function lengthFilter(value: Value): Value {
  const length = lengthOf(value);
  return length === undefined
    ? fail('JINJA_TYPE', `object of type '${typeName(value)}' has no len()`)
    : BigInt(length);
}

function lastOf(value: Value, environment: Environment): Value {
  const items = typeof value === 'string' ? points(value) : reversible(value);
  const last = items.at(-1);
  if (last !== undefined) return last;
  return environment.undefinedValue('last', 'there is no last item: the sequence is empty');
}

/** The items of what can be gone through backwards. */
function reversible(value: Value): Value[] {
  if (value instanceof PySet || value instanceof Lazy) {
    return fail('JINJA_TYPE', `'${typeName(value)}' object is not reversible`);
  }
  return [...iterate(value)];
}

function reverseFilter(value: Value): Value {
  if (typeof value === 'string') return points(value).reverse().join('');
  if (value instanceof Undefined && value.refusal === undefined) return new Lazy([]);
  const items = [...iterate(value)].reverse();
  const isList = value instanceof PySet || value instanceof Lazy;
  return isList ? new JinjaList(items) : new Lazy(items, `${typeName(value)}_reverseiterator object`);
}

function* uniqueItems(value: Value, key: (item: Value) => Value): Generator<Value> {
  const seen = new Set<unknown>();
  for (const item of iterate(value)) {
    const id = keyOf(key(item));
    if (seen.has(id)) continue;
    seen.add(id);
    yield item;
  }
}

function keyBy(
  environment: Environment,
  attribute: Value,
  isExact: boolean,
  fallback?: Value,
): (v: Value) => Value {
  const get = attributeGetter(environment, attribute, fallback);
  return isExact ? get : (value) => foldCase(get(value));
}

function extreme(name: string, isBetter: (found: number) => boolean): readonly [string, Filter] {
  return filter(name, 'case_sensitive?, attribute?', (value, [exact, attribute = null], environment) => {
    const key = keyBy(environment, attribute, asFlag(exact));
    let best: { readonly item: Value; readonly key: Value } | undefined;
    for (const item of iterate(value)) {
      const at = key(item);
      if (best === undefined || isBetter(order(at, best.key, name === 'min' ? '<' : '>') ?? 0))
        best = { item, key: at };
    }
    if (best !== undefined) return best.item;
    return environment.undefinedValue(name, `there is no ${name}: the sequence is empty`);
  });
}

const groupBy = filter('groupby', 'attribute, default?, case_sensitive?', (value, args, environment) => {
  const [attribute = null, fallback = null, exact] = args;
  const key = keyBy(environment, attribute, asFlag(exact), fallback);
  const groups: { readonly key: Value; readonly items: Value[] }[] = [];
  for (const item of sortedBy(iterate(value), key)) {
    const at = key(item);
    const last = groups.at(-1);
    if (last !== undefined && isEqual(last.key, at)) last.items.push(item);
    else groups.push({ key: at, items: [item] });
  }
  const shown = attributeGetter(environment, attribute, fallback);
  return new JinjaList(
    groups.map(
      ({ key: at, items }) =>
        new GroupTuple(asFlag(exact) ? at : shown(items[0] ?? null), new JinjaList(items)),
    ),
  );
});

function* slices(value: Value, count: number, fill: Value): Generator<Value> {
  const items = [...iterate(value)];
  checkSize(count, 'a sequence of slices');
  if (count === 0) fail('JINJA_TYPE', 'division by zero');
  const each = Math.floor(items.length / count);
  const longer = items.length - each * count;
  for (let index = 0; index < count; index += 1) {
    const start = index * each + Math.min(index, longer);
    charge(1);
    const part = items.slice(start, start + each + (index < longer ? 1 : 0));
    if (fill !== null && index >= longer) part.push(fill);
    yield new JinjaList(part);
  }
}

function* batches(value: Value, size: number, fill: Value): Generator<Value> {
  let part: Value[] = [];
  for (const item of iterate(value)) {
    if (part.length === size) {
      yield new JinjaList(part);
      part = [];
    }
    part.push(item);
  }
  if (part.length === 0) return;
  checkSize(size, 'a batch');
  if (fill !== null) chargeSize(size);
  if (fill !== null) while (part.length < size) part.push(fill);
  yield new JinjaList(part);
}

const dictSort = filter(
  'dictsort',
  'case_sensitive?, by?, reverse?',
  (value, [exact, by = 'key', reverse]) => {
    if (by !== 'key' && by !== 'value') fail('JINJA_ARGUMENTS', "dictsort can only sort by 'key' or 'value'");
    const at = by === 'key' ? 0 : 1;
    const entries = sortedBy(
      entriesOf(value),
      (it) => (asFlag(exact) ? it[at] : foldCase(it[at])),
      asFlag(reverse),
    );
    return new JinjaList(entries.map((entry) => new Tuple(entry)));
  },
);

function* itemsOf(value: Value): Generator<Value> {
  if (value instanceof Undefined && value.refusal === undefined) return;
  for (const entry of entriesOf(value)) yield new Tuple(entry);
}

const sum = filter('sum', 'attribute?, start?', (value, [attribute = null, start = 0n], environment) => {
  const get = attributeGetter(environment, attribute);
  if (typeof start === 'string') fail('JINJA_TYPE', "sum() can't sum strings; join them");
  let total: Value = start;
  for (const item of iterate(value)) total = binary('+', total, get(item));
  return total;
});

/** Filters on sequences and mappings. */
export const SEQUENCE_FILTERS: readonly (readonly [string, Filter])[] = [
  filter('length', '', lengthFilter),
  filter('count', '', lengthFilter),
  filter('list', '', (value) => new JinjaList([...iterate(value)])),
  filter('first', '', (value, _, environment) => {
    for (const item of iterate(value)) return item;
    return environment.undefinedValue('first', 'there is no first item: the sequence is empty');
  }),
  filter('last', '', (value, _, environment) => lastOf(value, environment)),
  filter('reverse', '', reverseFilter),
  filter('random', '', () =>
    fail('JINJA_UNSUPPORTED', 'random is refused: a compiled project must not be random'),
  ),
  filter('join', 'd?, attribute?', (value, [separator = '', attribute = null], environment) => {
    const get = attributeGetter(environment, attribute);
    return Array.from(iterate(value), (item) => textOf(get(item))).join(textOf(separator));
  }),
  filter('sort', 'reverse?, case_sensitive?, attribute?', (value, args, environment) => {
    const [reverse, exact, attribute = null] = args;
    const get = attributesGetter(environment, attribute);
    const key = (item: Value): Value => new Tuple(asFlag(exact) ? get(item) : get(item).map(foldCase));
    return new JinjaList(sortedBy(iterate(value), key, asFlag(reverse)));
  }),
  filter('unique', 'case_sensitive?, attribute?', (value, [exact, attribute = null], environment) => {
    return new Lazy(uniqueItems(value, keyBy(environment, attribute, asFlag(exact))));
  }),
  extreme('min', (found) => found < 0),
  extreme('max', (found) => found > 0),
  groupBy,
  filter(
    'slice',
    'slices, fill_with?',
    (value, [count, fill = null]) => new Lazy(slices(value, asInt(count, 1), fill)),
  ),
  filter('batch', 'linecount, fill_with?', (value, [size, fill = null]) => {
    return new Lazy(batches(value, asInt(size, 1), fill));
  }),
  dictSort,
  filter('items', '', (value) => new Lazy(itemsOf(value))),
  sum,
  filter('attr', 'name', (value, [name = null], environment) => {
    if (typeof name !== 'string') return fail('JINJA_TYPE', 'the name of an attribute is a text');
    if (value instanceof Dict) return environment.attribute(new Dict(), name);
    return environment.attribute(value, name);
  }),
];
