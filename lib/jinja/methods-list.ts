import { asFlag } from './arguments.ts';
import { fail } from './errors.ts';
import { chargeSize, checkSize } from './meter.ts';
import { method } from './method-table.ts';
import type { MethodTable } from './method-table.ts';
import { isEqual, iterate } from './operators.ts';
import { sortedBy } from './sort.ts';
import { Callable, JinjaList, Tuple, typeName } from './values.ts';
import type { CallArguments, Value } from './values.ts';

function clamp(value: Value | undefined, length: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'bigint' && typeof value !== 'boolean') {
    return fail('JINJA_TYPE', `'${typeName(value)}' object cannot be interpreted as an integer`);
  }
  const index = Number(value);
  return Math.min(length, Math.max(0, index < 0 ? index + length : index));
}

function indexOf(items: readonly Value[], args: readonly (Value | undefined)[], where: string): bigint {
  const [wanted = null, start, stop] = args;
  const end = clamp(stop, items.length, items.length);
  for (let at = clamp(start, items.length, 0); at < end; at += 1) {
    if (isEqual(items[at] ?? null, wanted)) return BigInt(at);
  }
  return fail('JINJA_TYPE', `the value is not in the ${where}`);
}

function countOf(items: readonly Value[], wanted: Value): bigint {
  return BigInt(items.filter((item) => isEqual(item, wanted)).length);
}

function pop({ items }: JinjaList, index: Value = -1n): Value {
  if (typeof index !== 'bigint' && typeof index !== 'boolean') {
    return fail('JINJA_TYPE', `'${typeName(index)}' object cannot be interpreted as an integer`);
  }
  const at = Number(index) < 0 ? Number(index) + items.length : Number(index);
  if (at < 0 || at >= items.length) return fail('JINJA_TYPE', 'pop index out of range');
  chargeSize(items.length - at);
  return items.splice(at, 1)[0] ?? null;
}

/** `sort(key=f)` calls `f`, which must not have to wait. */
function sortInPlace({ items }: JinjaList, args: CallArguments): null {
  if (args.positional.length > 0) fail('JINJA_ARGUMENTS', 'sort(*, key=none, reverse=false)');
  const key = args.named.get('key') ?? null;
  const by = (item: Value): Value => {
    if (key === null) return item;
    if (!(key instanceof Callable)) return fail('JINJA_TYPE', `'${typeName(key)}' object is not callable`);
    const result = key.call({ ...args, positional: [item], named: new Map() });
    return result instanceof Promise ? fail('JINJA_ASYNC', 'the key of a sort cannot wait') : result;
  };
  const sorted = sortedBy(items, by, asFlag(args.named.get('reverse')));
  items.splice(0, items.length, ...sorted);
  return null;
}

export const LIST_METHODS: MethodTable<JinjaList> = new Map([
  method<JinjaList>('append', 'object, /', ({ items }, [item = null]) => (items.push(item), null)),
  method<JinjaList>('extend', 'iterable, /', ({ items }, [more = null]) => {
    const added = Array.from(iterate(more));
    checkSize(items.length + added.length, 'a list');
    chargeSize(added.length);
    for (const item of added) items.push(item);
    return null;
  }),
  method<JinjaList>('insert', 'index, object, /', ({ items }, [index, item = null]) => {
    items.splice(clamp(index, items.length, 0), 0, item);
    return null;
  }),
  method<JinjaList>(
    'remove',
    'value, /',
    ({ items }, args) => (items.splice(Number(indexOf(items, args, 'list')), 1), null),
  ),
  method<JinjaList>('pop', 'index?, /', (self, [index]) => pop(self, index)),
  method<JinjaList>('index', 'value, start?, stop?, /', ({ items }, args) => indexOf(items, args, 'list')),
  method<JinjaList>('count', 'value, /', ({ items }, [wanted = null]) => countOf(items, wanted)),
  method<JinjaList>('reverse', '', ({ items }) => (items.reverse(), null)),
  method<JinjaList>('copy', '', ({ items }) => new JinjaList([...items])),
  method<JinjaList>('clear', '', ({ items }) => (items.splice(0), null)),
  ['sort', sortInPlace] as const,
]);

export const TUPLE_METHODS: MethodTable<Tuple> = new Map([
  method<Tuple>('index', 'value, start?, stop?, /', ({ items }, args) => indexOf(items, args, 'tuple')),
  method<Tuple>('count', 'value, /', ({ items }, [wanted = null]) => countOf(items, wanted)),
]);
