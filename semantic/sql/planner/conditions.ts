import type { A_Expr, Node } from '@pgsql/types';
import type { Column } from '../relations/relation.ts';
import { constantText, textsOf, typeName } from './ast.ts';
import { both, dayOf, daysFilter, isNever } from './cube-filter.ts';
import type { CubeFilter, CubeOperator, Days } from './cube-filter.ts';

/** How names and constants are to be read. */
export interface Reading {
  /** The column that an expression names, if it is nothing but a name. */
  readonly columnOf: (node: Node) => Column | undefined;
  /** Whether moments with a time zone mean what they say: sessions in UTC. */
  readonly isUtc: boolean;
}

/** A condition that Cube can judge. What is not one of these is left to PostgreSQL. */
export type Condition =
  | { readonly kind: 'filter'; readonly filter: CubeFilter }
  | { readonly kind: 'days'; readonly name: string; readonly days: Days }
  | { readonly kind: 'segment'; readonly name: string }
  | { readonly kind: 'always' }
  | { readonly kind: 'never' };

type FilterCondition = Extract<Condition, { kind: 'filter' }>;
type DaysCondition = Extract<Condition, { kind: 'days' }>;

const always: Condition = { kind: 'always' };
const never: Condition = { kind: 'never' };

/** Reads one condition exactly, NULL and all; undefined where Cube has no filter that means the same. */
export function conditionOf(node: Node, reading: Reading): Condition | undefined {
  return read(node, reading, false);
}

/** `isNot` where the condition's being false is asked for: in SQL that is not the same as its not being true. */
function read(node: Node, reading: Reading, isNot: boolean): Condition | undefined {
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr;
    const [only] = args;
    if (boolop === 'NOT_EXPR') return only === undefined ? undefined : read(only, reading, !isNot);
    return combined(args, reading, isNot, (boolop === 'AND_EXPR') !== isNot ? 'and' : 'or');
  }
  if ('NullTest' in node) return ofNullTest(node.NullTest, reading, isNot);
  if ('A_Expr' in node) return ofComparison(node.A_Expr, reading, isNot);
  if ('A_Const' in node && node.A_Const.boolval !== undefined)
    return (node.A_Const.boolval.boolval ?? false) === isNot ? never : always;
  if ('A_Const' in node && node.A_Const.isnull === true) return never;
  if ('BooleanTest' in node && node.BooleanTest.booltesttype === 'IS_TRUE' && !isNot)
    return node.BooleanTest.arg === undefined ? undefined : ofName(node.BooleanTest.arg, reading, isNot);
  return ofName(node, reading, isNot);
}

function ofName(node: Node, { columnOf }: Reading, isNot: boolean): Condition | undefined {
  const column = columnOf(node);
  return column?.kind === 'segment' && !isNot ? { kind: 'segment', name: column.name } : undefined;
}

function combined(
  args: readonly Node[],
  reading: Reading,
  isNot: boolean,
  how: 'and' | 'or',
): Condition | undefined {
  const parts: (FilterCondition | DaysCondition)[] = [];
  const [absorbing, neutral] = how === 'and' ? [never, always] : [always, never];
  let undecided = false;
  for (const arg of args) {
    const condition = read(arg, reading, isNot);
    if (condition === undefined || condition.kind === 'segment') undecided = true;
    else if (condition.kind === absorbing.kind) return absorbing;
    else if (condition.kind === 'filter' || condition.kind === 'days') parts.push(condition);
  }
  if (undecided) return undefined;
  const [first] = parts;
  if (first === undefined) return neutral;
  if (parts.length === 1) return first;
  const days = how === 'and' ? sameDays(parts) : undefined;
  const filters = parts.map(asFilter);
  return days ?? { kind: 'filter', filter: how === 'and' ? { and: filters } : { or: filters } };
}

/** Both ends of one range, as BETWEEN has them. */
function sameDays(parts: readonly Condition[]): Condition | undefined {
  const days = parts.filter((each) => each.kind === 'days');
  const [first] = days;
  if (first === undefined || days.length < parts.length || days.some(({ name }) => name !== first.name))
    return undefined;
  return days.reduce((all, each) => ({ ...all, days: both(all.days, each.days) }));
}

function asFilter(condition: FilterCondition | DaysCondition): CubeFilter {
  if (condition.kind === 'filter') return condition.filter;
  const { name, days } = condition;
  // Days of which the last comes before the first are no days.
  if (isNever(days))
    return {
      and: [
        { name, operator: 'set' },
        { name, operator: 'notSet' },
      ],
    };
  return daysFilter(name, days) ?? { name, operator: 'set' };
}

function ofNullTest(
  { arg, nulltesttype }: Extract<Node, { NullTest: unknown }>['NullTest'],
  { columnOf }: Reading,
  isNot: boolean,
): Condition | undefined {
  const column = arg === undefined ? undefined : columnOf(arg);
  if (column?.kind !== 'dimension' && column?.kind !== 'time') return undefined;
  const isNull = (nulltesttype === 'IS_NULL') !== isNot;
  return { kind: 'filter', filter: { name: column.name, operator: isNull ? 'notSet' : 'set' } };
}

const negated: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const flipped: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
};

function ofComparison(expression: A_Expr, reading: Reading, isNot: boolean): Condition | undefined {
  const { kind, lexpr, rexpr } = expression;
  if (lexpr === undefined || rexpr === undefined) return undefined;
  const [written = ''] = textsOf(expression.name);
  const operator = isNot ? negated[written] : written;
  if (kind === 'AEXPR_IN' && 'List' in rexpr)
    return ofList(lexpr, operator ?? '', rexpr.List.items ?? [], reading);
  if ((kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN') && 'List' in rexpr) {
    const [low, high] = rexpr.List.items ?? [];
    if (low === undefined || high === undefined) return undefined;
    const within = {
      BoolExpr: { boolop: 'AND_EXPR', args: [compare('>=', lexpr, low), compare('<=', lexpr, high)] },
    };
    return read(within as Node, reading, (kind === 'AEXPR_NOT_BETWEEN') !== isNot);
  }
  if (kind !== 'AEXPR_OP' || operator === undefined) return undefined;
  const [left, right] = [comparedColumn(lexpr, rexpr, reading), comparedColumn(rexpr, lexpr, reading)];
  if (left !== undefined) return ofColumn(left, operator, rexpr, reading);
  const turned = flipped[operator];
  return right === undefined || turned === undefined ? undefined : ofColumn(right, turned, lexpr, reading);
}

function compare(operator: string, lexpr: Node, rexpr: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: operator } }], lexpr, rexpr } };
}

/**
 * The column that is compared with something. Business dates are at midnight, so that as dates they are what they are;
 * but a text that is compared with a date is read as one, and forgets its hours.
 */
function comparedColumn(node: Node, other: Node, { columnOf }: Reading): Column | undefined {
  if (!('TypeCast' in node) || node.TypeCast.arg === undefined) return columnOf(node);
  const type = typeName(node.TypeCast.typeName?.names) ?? '';
  const column = columnOf(node.TypeCast.arg);
  if (column?.kind !== 'time' || (type !== 'date' && type !== 'timestamp')) return undefined;
  const isText = type === 'date' && 'A_Const' in other;
  return isText && dayOf(constantText(other.A_Const) ?? '')?.isAfterMidnight === true ? undefined : column;
}

function ofColumn(column: Column, operator: string, other: Node, reading: Reading): Condition | undefined {
  const value = constantOf(other, column, reading);
  if (value === undefined) return undefined;
  if (value === null) return never;
  if (column.kind === 'time') return ofDate(column.name, operator, value);
  if (column.kind !== 'dimension') return undefined;
  const { name, type } = column;
  if (operator === '=') return filter(name, 'equals', [value]);
  // Cube's notEquals lets NULL pass, which SQL's does not.
  if (operator === '<>') return isSetAnd(name, filter(name, 'notEquals', [value]));
  const ordered = orders[operator];
  return ordered === undefined || type !== 'numeric' ? undefined : filter(name, ordered, [value]);
}

const orders: Readonly<Record<string, CubeOperator>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };

function filter(name: string, operator: CubeOperator, values: readonly string[]): FilterCondition {
  return { kind: 'filter', filter: { name, operator, values } };
}

function isSetAnd(name: string, condition: FilterCondition): Condition {
  return { kind: 'filter', filter: { and: [{ name, operator: 'set' }, condition.filter] } };
}

function ofDate(name: string, operator: string, value: string): Condition | undefined {
  const at = dayOf(value);
  if (at === undefined) return undefined;
  const { day, isAfterMidnight } = at;
  const days = (from: number | undefined, to: number | undefined): Condition => ({
    kind: 'days',
    name,
    days: { from, to },
  });
  const within: Readonly<Record<string, () => Condition | undefined>> = {
    '=': () => (isAfterMidnight ? never : days(day, day)),
    '>=': () => days(isAfterMidnight ? day + 1 : day, undefined),
    '>': () => days(day + 1, undefined),
    '<=': () => days(undefined, day),
    '<': () => days(undefined, isAfterMidnight ? day : day - 1),
  };
  return within[operator]?.();
}

function ofList(
  lexpr: Node,
  operator: string,
  items: readonly Node[],
  reading: Reading,
): Condition | undefined {
  const column = reading.columnOf(lexpr);
  if (column?.kind !== 'dimension') return undefined;
  const values = items.map((item) => constantOf(item, column, reading));
  if (values.some((value) => value === undefined)) return undefined;
  const known = values.filter((value) => typeof value === 'string');
  if (operator === '=') return known.length === 0 ? never : filter(column.name, 'equals', known);
  if (operator !== '<>') return undefined;
  // Nothing is known to be none of these when one of them is not known.
  return known.length < values.length
    ? never
    : isSetAnd(column.name, filter(column.name, 'notEquals', known));
}

const textTypes = new Set(['text', 'varchar', 'unknown']);
const numberTypes = new Set(['int2', 'int4', 'int8', 'numeric']);

/** A constant's value as Cube is told it; null for NULL, undefined where it is none, or could mean something else. */
function constantOf(node: Node, column: Column, reading: Reading): string | null | undefined {
  let inner = node;
  let type: string | undefined;
  if ('TypeCast' in inner) {
    type = typeName(inner.TypeCast.typeName?.names) ?? '';
    if (inner.TypeCast.arg === undefined || (inner.TypeCast.typeName?.typmods ?? []).length > 0)
      return undefined;
    inner = inner.TypeCast.arg;
  }
  if (!('A_Const' in inner)) return undefined;
  const value = constantText(inner.A_Const);
  if (value === null) return null;
  switch (column.type) {
    case 'text':
      return inner.A_Const.sval !== undefined && (type === undefined || textTypes.has(type))
        ? value
        : undefined;
    case 'numeric':
      return (type === undefined || numberTypes.has(type)) && /^-?\d{1,18}(?:\.\d{1,15})?$/.test(value)
        ? whole(value, type)
        : undefined;
    case 'timestamp':
      return isDateType(type, value, reading) ? value : undefined;
    case 'bigint':
    case 'boolean':
      return undefined;
  }
}

/** A cast to a whole number rounds; what has a fraction is left to PostgreSQL. */
function whole(value: string, type: string | undefined): string | undefined {
  return type !== undefined && type !== 'numeric' && value.includes('.') ? undefined : value;
}

function isDateType(type: string | undefined, value: string, { isUtc }: Reading): boolean {
  if (type === undefined || type === 'timestamp' || type === 'unknown') return true;
  // A date forgets its hours.
  if (type === 'date') return dayOf(value)?.isAfterMidnight === false;
  return type === 'timestamptz' && isUtc;
}
