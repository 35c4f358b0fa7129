import type { FuncCall, Node } from '@pgsql/types';
import type { MeasureColumn } from '../relations/relation.ts';
import { constantText, walk } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { Refusal } from './refusal.ts';

/** What an aggregate call over a relation asks for. */
export type AggregateUse =
  /** A measure, as defined. */
  | { readonly kind: 'measure'; readonly measure: MeasureColumn }
  /** So many times the number of rows. */
  | { readonly kind: 'rows'; readonly times: string }
  /** A sum of cases, each a measure or nothing. */
  | { readonly kind: 'cases'; readonly measures: readonly MeasureColumn[] }
  /** Of values, which may as well be there once as often. */
  | { readonly kind: 'values' };

/** The same however often each value is there. */
const idempotent = new Set(['min', 'max', 'bool_and', 'bool_or', 'every', 'bit_and', 'bit_or', 'any_value']);

/** Reads an aggregate call. Throws a Refusal for one whose answer Cube's rows do not hold. */
export function aggregateUse(name: string, call: FuncCall, scope: BlockScope): AggregateUse {
  const at: Node = { FuncCall: call };
  const { args = [] } = call;
  const [only] = args;
  const column = only !== undefined && args.length === 1 ? scope.columnOf(only) : undefined;
  if (name === 'measure') {
    if (column?.kind === 'measure') return { kind: 'measure', measure: column };
    throw new Refusal(
      'MEASURE takes the name of a measure',
      `Measures of ${scope.relation.name}: ${measuresOf(scope)}.`,
      at,
    );
  }
  if (column?.kind === 'measure') return ofMeasure(name, call, column, at);
  const measures = measuresIn(args, scope);
  if (measures.length > 0) {
    const summed = name === 'sum' && call.agg_distinct !== true && only !== undefined && isCases(only, scope);
    if (summed) return { kind: 'cases', measures };
    throw new Refusal(
      `${name.toUpperCase()} of an expression with ${list(measures)} is not what the measure means`,
      `Compute with what is aggregated: ${measures.map((each) => `MEASURE(${each.name})`).join(', ')}.`,
      at,
    );
  }
  const times = timesOf(name, call, only);
  if (times !== undefined) return { kind: 'rows', times };
  if (call.agg_distinct === true || idempotent.has(name)) return { kind: 'values' };
  throw new Refusal(
    `${name.toUpperCase()} over single rows of ${scope.relation.name} is no governed metric`,
    `Use a measure: ${measuresOf(scope)}; or COUNT(DISTINCT ...), MIN or MAX of a dimension.`,
    at,
  );
}

function ofMeasure(name: string, call: FuncCall, measure: MeasureColumn, at: Node): AggregateUse {
  const isDistinct = call.agg_distinct === true;
  const meant = measure.aggregates.some((each) =>
    each === 'count distinct' ? name === 'count' : each === name && !isDistinct,
  );
  if (meant) return { kind: 'measure', measure };
  throw new Refusal(
    `${name.toUpperCase()}(${measure.name}) is not what ${measure.name} means`,
    `Write MEASURE(${measure.name}).`,
    at,
  );
}

/** COUNT(*), COUNT(1) and SUM(1), as tools write the number of rows. */
function timesOf(name: string, call: FuncCall, only: Node | undefined): string | undefined {
  if (call.agg_distinct === true) return undefined;
  if (name === 'count' && call.agg_star === true) return '1';
  if (only === undefined || !('A_Const' in only) || only.A_Const.ival === undefined) return undefined;
  if (name === 'count') return '1';
  return name === 'sum' ? String(only.A_Const.ival.ival ?? 0) : undefined;
}

/** CASE whose results are measures, their negatives, 0 or NULL: such sums add up where the measures do. */
function isCases(node: Node, scope: BlockScope): boolean {
  if (!('CaseExpr' in node)) return false;
  const { args = [], defresult, arg } = node.CaseExpr;
  const conditions = [arg, ...args.map((each) => ('CaseWhen' in each ? each.CaseWhen.expr : each))];
  const results = [...args.map((each) => ('CaseWhen' in each ? each.CaseWhen.result : each)), defresult];
  return (
    conditions.every((each) => each === undefined || measuresIn([each], scope).length === 0) &&
    results.every((each) => each === undefined || isTerm(each, scope))
  );
}

function isTerm(node: Node, scope: BlockScope): boolean {
  if ('A_Const' in node) return node.A_Const.isnull === true || isNumber(node, 0);
  return scope.columnOf(node)?.kind === 'measure' || isCases(node, scope);
}

/** Whether a node is a number, written in any way: 0 or 0.0. */
export function isNumber(node: Node, value: number): boolean {
  if (!('A_Const' in node) || (node.A_Const.ival === undefined && node.A_Const.fval === undefined))
    return false;
  return Number(constantText(node.A_Const)) === value;
}

function measuresIn(nodes: readonly Node[], scope: BlockScope): MeasureColumn[] {
  const found = new Map<string, MeasureColumn>();
  walk(nodes, (node) => {
    const column = scope.columnOf(node);
    if (column?.kind === 'measure') found.set(column.name, column);
    return 'into';
  });
  return [...found.values()];
}

const mostNamed = 6;

export function measuresOf({ relation }: BlockScope): string {
  const names = [...relation.columns.values()]
    .filter(({ kind }) => kind === 'measure')
    .map(({ name }) => name);
  return names.length > mostNamed ? `${names.slice(0, mostNamed).join(', ')} and more` : names.join(', ');
}

function list(columns: readonly MeasureColumn[]): string {
  return columns.map(({ name }) => name).join(', ');
}
