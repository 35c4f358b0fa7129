import { test } from './filter-table.ts';
import type { Test, TestTable } from './filter-table.ts';
import { isMapping } from './global-objects.ts';
import { isLowerText, isUpperText } from './letter-case.ts';
import { DictView, Lazy } from './objects.ts';
import { binary, compare, contains, isEqual, lengthOf, requireHashable } from './operators.ts';
import { Callable, HostObject, PySet, Undefined, refuseUndefined, textOf } from './values.ts';
import type { Value } from './values.ts';

function remainder(value: Value, divisor: Value): Value {
  return binary('%', value, divisor);
}

function isSequence(value: Value): boolean {
  if (value instanceof PySet || value instanceof DictView || value instanceof Lazy) return false;
  if (value instanceof HostObject) return value.length !== undefined && value.item !== undefined;
  return lengthOf(value) !== undefined;
}

function isIterable(value: Value): boolean {
  if (value instanceof Undefined) return value.refusal === undefined || refuseUndefined(value);
  if (value instanceof HostObject) return value.iterate !== undefined;
  return typeof value === 'string' || lengthOf(value) !== undefined;
}

function isNumber(value: Value): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

const COMPARISONS = {
  '==': ['==', 'eq', 'equalto'],
  '!=': ['!=', 'ne'],
  '<': ['<', 'lt', 'lessthan'],
  '<=': ['<=', 'le'],
  '>': ['>', 'gt', 'greaterthan'],
  '>=': ['>=', 'ge'],
} as const;

const comparisonTests = Object.entries(COMPARISONS).flatMap(([op, names]) =>
  names.map((name) =>
    test(name, 'other', (value, [other = null]) => compare(op as keyof typeof COMPARISONS, value, other)),
  ),
);

const simple: readonly (readonly [string, (value: Value) => boolean])[] = [
  ['defined', (value) => !(value instanceof Undefined)],
  ['undefined', (value) => value instanceof Undefined],
  ['none', (value) => value === null],
  ['boolean', (value) => typeof value === 'boolean'],
  ['true', (value) => value === true],
  ['false', (value) => value === false],
  ['integer', (value) => typeof value === 'bigint'],
  ['float', (value) => typeof value === 'number'],
  ['number', isNumber],
  ['string', (value) => typeof value === 'string'],
  ['mapping', isMapping],
  ['sequence', isSequence],
  ['iterable', isIterable],
  ['escaped', (value) => value instanceof Undefined],
  // Every undefined value counts as callable: Jinja2's has a method for it, which fails.
  ['callable', (value) => value instanceof Callable || value instanceof Undefined || isCallableObject(value)],
  ['odd', (value) => isEqual(remainder(value, 2n), 1n)],
  ['even', (value) => isEqual(remainder(value, 2n), 0n)],
  ['lower', (value) => isLowerText(textOf(value))],
  ['upper', (value) => isUpperText(textOf(value))],
];

function isCallableObject(value: Value): boolean {
  return value instanceof HostObject && value.call !== undefined;
}

/** Every test of Jinja2 by name. */
export const BUILTIN_TESTS: TestTable = new Map<string, Test>([
  ...simple.map(([name, ask]) => test(name, '', (value) => ask(value))),
  ...comparisonTests,
  test('divisibleby', 'num', (value, [divisor = null]) => isEqual(remainder(value, divisor), 0n)),
  test('sameas', 'other', (value, [other]) => Object.is(value, other)),
  test('in', 'seq', (value, [container = null]) => contains(container, value)),
  test('filter', '', (value, _, environment) => {
    return typeof requireHashable(value) === 'string' && environment.hasFilter(textOf(value));
  }),
  test('test', '', (value, _, environment) => {
    return typeof requireHashable(value) === 'string' && environment.hasTest(textOf(value));
  }),
]);
