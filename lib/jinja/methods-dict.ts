import { fail } from './errors.ts';
import { makeDict } from './global-objects.ts';
import { chargeSize } from './meter.ts';
import { method } from './method-table.ts';
import type { MethodTable } from './method-table.ts';
import { DictView } from './objects.ts';
import { iterate, setView } from './operators.ts';
import { Dict, PySet, Tuple, representationOf } from './values.ts';
import type { CallArguments, Value } from './values.ts';

function update(self: Dict, args: CallArguments): null {
  const more = makeDict(args);
  chargeSize(more.size);
  for (const [key, value] of more.entries()) self.set(key, value);
  return null;
}

function pop(self: Dict, key: Value, fallback: Value | undefined): Value {
  const found = self.get(key);
  if (found === undefined)
    return fallback === undefined
      ? fail('JINJA_TYPE', `there is no key ${representationOf(key)} to pop`)
      : fallback;
  self.delete(key);
  return found;
}

function popItem(self: Dict): Value {
  const last = [...self.entries()].at(-1);
  if (last === undefined) return fail('JINJA_TYPE', 'popitem(): the dict is empty');
  self.delete(last[0]);
  return new Tuple([...last]);
}

function setDefault(self: Dict, key: Value, value: Value): Value {
  const found = self.get(key);
  if (found !== undefined) return found;
  self.set(key, value);
  return value;
}

function fromKeys(keys: Value, value: Value): Dict {
  return new Dict(Array.from(iterate(keys), (key) => [key, value] as const));
}

export const DICT_METHODS: MethodTable<Dict> = new Map([
  method<Dict>('get', 'key, default?, /', (self, [key = null, fallback = null]) => {
    const found = self.get(key);
    return found === undefined ? fallback : found;
  }),
  method<Dict>('items', '', (self) => new DictView(self, 'items')),
  method<Dict>('keys', '', (self) => new DictView(self, 'keys')),
  method<Dict>('values', '', (self) => new DictView(self, 'values')),
  method<Dict>('pop', 'key, default?, /', (self, [key = null, fallback]) => pop(self, key, fallback)),
  method<Dict>('popitem', '', popItem),
  method<Dict>('setdefault', 'key, default?, /', (self, [key = null, value = null]) =>
    setDefault(self, key, value),
  ),
  method<Dict>('copy', '', (self) => new Dict(self.entries())),
  method<Dict>('clear', '', (self) => (self.clear(), null)),
  method<Dict>('fromkeys', 'iterable, value?, /', (_, [keys = null, value = null]) => fromKeys(keys, value)),
  ['update', update] as const,
]);

function membersOf(values: readonly Value[]): Dict[] {
  return values.map((value) => setView(value) ?? new PySet(iterate(value)).members);
}

function pick(self: PySet, keep: (item: Value) => boolean): PySet {
  return new PySet(self.items.filter(keep));
}

function symmetric(self: PySet, other: Dict): PySet {
  const added = other.keys().filter((key) => !self.members.has(key));
  return new PySet([...self.items.filter((item) => !other.has(item)), ...added]);
}

type SetMethod = (self: PySet, others: readonly Dict[]) => Value;

/** Takes any number of iterables, as the set methods of Python do. */
function many(name: string, run: SetMethod, least = 0, most = Number.MAX_SAFE_INTEGER) {
  return [
    name,
    (self: PySet, args: CallArguments): Value => {
      const { positional, named } = args;
      if (named.size > 0 || positional.length < least || positional.length > most) {
        return fail('JINJA_ARGUMENTS', `${name}() takes ${most === 1 ? 'one iterable' : 'iterables'}`);
      }
      return run(self, membersOf(positional));
    },
  ] as const;
}

function replaceBy(self: PySet, made: PySet): null {
  self.members.clear();
  for (const item of made.items) self.members.set(item, null);
  return null;
}

const union: (self: PySet, others: readonly Dict[]) => PySet = (self, others) =>
  new PySet([...self.items, ...others.flatMap((other) => other.keys())]);
const intersection = (self: PySet, others: readonly Dict[]): PySet =>
  pick(self, (item) => others.every((other) => other.has(item)));
const difference = (self: PySet, others: readonly Dict[]): PySet =>
  pick(self, (item) => !others.some((other) => other.has(item)));

export const SET_METHODS: MethodTable<PySet> = new Map([
  method<PySet>('add', 'item, /', (self, [item = null]) => (self.members.set(item, null), null)),
  method<PySet>('discard', 'item, /', (self, [item = null]) => (self.members.delete(item), null)),
  method<PySet>('remove', 'item, /', (self, [item = null]) => {
    return self.members.delete(item)
      ? null
      : fail('JINJA_TYPE', `there is no ${representationOf(item)} to remove`);
  }),
  method<PySet>('pop', '', (self) => {
    const [first] = self.items;
    if (first === undefined) return fail('JINJA_TYPE', 'pop from an empty set');
    self.members.delete(first);
    return first;
  }),
  method<PySet>('copy', '', (self) => new PySet(self.items)),
  method<PySet>('clear', '', (self) => (self.members.clear(), null)),
  many('union', union),
  many('intersection', intersection),
  many('difference', difference),
  many('symmetric_difference', (self, [other = new Dict()]) => symmetric(self, other), 1, 1),
  many('update', (self, others) => replaceBy(self, union(self, others))),
  many('intersection_update', (self, others) => replaceBy(self, intersection(self, others))),
  many('difference_update', (self, others) => replaceBy(self, difference(self, others))),
  many(
    'symmetric_difference_update',
    (self, [other = new Dict()]) => replaceBy(self, symmetric(self, other)),
    1,
    1,
  ),
  many('issubset', (self, [other = new Dict()]) => self.items.every((item) => other.has(item)), 1, 1),
  many(
    'issuperset',
    (self, [other = new Dict()]) => other.keys().every((key) => self.members.has(key)),
    1,
    1,
  ),
  many('isdisjoint', (self, [other = new Dict()]) => !self.items.some((item) => other.has(item)), 1, 1),
]);
