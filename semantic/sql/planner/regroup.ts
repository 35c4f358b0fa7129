import type { FuncCall, Node } from '@pgsql/types';
import type { MeasureColumn } from '../relations/relation.ts';
import { aggregateUse } from './aggregates.ts';
import { call, cast, column, integer, mapTree, orZero } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { keysOf } from './demand.ts';
import type { Demand } from './demand.ts';
import type { Key } from './leaf.ts';
import { Refusal } from './refusal.ts';

/** How rows of a leaf become the rows of a SELECT. */
export interface Grouping {
  readonly keys: readonly Key[];
  /** Undefined where each row of the leaf is a row of the SELECT: nothing is aggregated again. */
  readonly regroup: Regroup | undefined;
}

interface Regroup {
  /** Measures that are summed over several rows. */
  readonly summed: ReadonlySet<string>;
}

/**
 * Decides whether what Cube can be asked for is just what is wanted, or finer. What does not add up over what is finer
 * is refused: it is never aggregated again.
 */
export function groupingOf(demand: Demand, scope: BlockScope, at: unknown): Grouping {
  for (;;) {
    const { keys, finer } = keysOf(demand);
    if (finer.length === 0 && !demand.regroups) return { keys, regroup: undefined };
    const summed = finer.length > 0 ? new Set(demand.measures.keys()) : new Set(demand.summed);
    const measures = [...demand.measures.values()].filter(({ name }) => summed.has(name));
    for (const measure of measures) mustAddUp(measure, finer, scope, at);
    const { currency } = scope.relation;
    const hasMoney = measures.some(({ adding }) => adding.kind === 'sum' && adding.isMoney);
    if (!hasMoney || currency === undefined || demand.dimensions.has(currency))
      return { keys, regroup: { summed } };
    // Amounts are added within one currency, and what it is has to be known for that.
    demand.dimensions.add(currency);
  }
}

function mustAddUp(measure: MeasureColumn, finer: readonly string[], scope: BlockScope, at: unknown): void {
  const { name, adding, multipliedBy } = measure;
  const over = finer.length === 0 ? 'filtered rows' : finer.join(', ');
  const hint = `Group by ${finer.join(' and ') || 'the dimension itself'}, or ask for ${name} in a subquery of its own that is grouped by plain dimensions.`;
  if (adding.kind === 'none')
    throw new Refusal(`${name} does not add up over ${over}: ${adding.why}`, hint, at);
  const several = finer.find((each) => multipliedBy.has(each));
  if (several !== undefined)
    throw new Refusal(
      `${name} does not add up over ${several}, of which one row has several values`,
      hint,
      at,
    );
  if (adding.isMoney && scope.relation.currency === undefined)
    throw new Refusal(
      `${name} is an amount of money, and its currency cannot be seen here`,
      'Group by plain dimensions, so that nothing has to be added.',
      at,
    );
}

/** Replaces an aggregate call by what gives its value over rows of the leaf. */
export function rewriteAggregates<T>(tree: T, scope: BlockScope, { regroup }: Pick<Grouping, 'regroup'>): T {
  return mapTree(tree, (node) => {
    // A query within aggregates rows of its own.
    if ('SubLink' in node) {
      const { testexpr } = node.SubLink;
      if (testexpr === undefined) return node;
      return { SubLink: { ...node.SubLink, testexpr: rewriteAggregates(testexpr, scope, { regroup }) } };
    }
    const name = scope.aggregateOf(node);
    if (name === undefined || !('FuncCall' in node)) return undefined;
    const use = aggregateUse(name, node.FuncCall, scope);
    switch (use.kind) {
      case 'measure':
        return typed(name, use.measure, valueOf(use.measure, node.FuncCall, scope, regroup));
      case 'rows':
        return rowsTimes(name, use.times, node.FuncCall, scope, regroup);
      case 'cases':
        return casesOf(use.measures, node.FuncCall, scope);
      case 'values':
        return node;
    }
  });
}

function valueOf(
  measure: MeasureColumn,
  original: FuncCall,
  scope: BlockScope,
  regroup: Regroup | undefined,
): Node {
  const value = column(scope.alias, measure.name);
  if (regroup === undefined) return value;
  if (!regroup.summed.has(measure.name)) return call('any_value', value);
  const sum = filtered(summed(measure, value, scope), original);
  const isZero = measure.adding.kind === 'sum' && measure.adding.isZeroOverNothing;
  return isZero ? orZero(sum) : sum;
}

function summed({ adding }: MeasureColumn, value: Node, { relation, alias }: BlockScope): Node {
  const isMoney = adding.kind === 'sum' && adding.isMoney;
  return isMoney && relation.currency !== undefined
    ? call('one_currency_sum', value, column(alias, relation.currency))
    : call('sum', value);
}

function filtered(node: Node, { agg_filter: filter }: FuncCall): Node {
  if (filter === undefined || !('FuncCall' in node)) return node;
  return { FuncCall: { ...node.FuncCall, agg_filter: filter } };
}

/** PostgreSQL's type of the call: a sum of whole numbers is a numeric, a measure is of its own type. */
function typed(name: string, { type }: MeasureColumn, value: Node): Node {
  if (type !== 'bigint') return value;
  return cast(value, name === 'sum' ? 'numeric' : 'int8');
}

function rowsTimes(
  name: string,
  times: string,
  original: FuncCall,
  scope: BlockScope,
  regroup: Regroup | undefined,
): Node {
  const rows = scope.relation.columns.get(scope.relation.rowCount ?? '');
  if (rows?.kind !== 'measure') throw new Error('rows are counted by a measure');
  const count = valueOf(rows, original, scope, regroup);
  if (name === 'count') return cast(count, 'int8');
  const product: Node = {
    A_Expr: {
      kind: 'AEXPR_OP',
      name: [{ String: { sval: '*' } }],
      // A sum over nothing is NULL, a count is 0.
      lexpr: {
        A_Expr: { kind: 'AEXPR_NULLIF', name: [{ String: { sval: '=' } }], lexpr: count, rexpr: integer(0) },
      },
      rexpr: integer(Number(times)),
    },
  };
  return cast(product, 'int8');
}

function casesOf(measures: readonly MeasureColumn[], original: FuncCall, scope: BlockScope): Node {
  const [only] = original.args ?? [];
  if (only === undefined) throw new Error('a sum of cases has an argument');
  const money = measures.find(({ adding }) => adding.kind === 'sum' && adding.isMoney);
  const [first] = measures;
  if (first === undefined) throw new Error('a sum of cases has a measure');
  return filtered(summed(money ?? first, only, scope), original);
}
