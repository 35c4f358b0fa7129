import type { Node } from '@pgsql/types';
import type { MeasureColumn } from '../relations/relation.ts';
import { aggregateUse, measuresOf } from './aggregates.ts';
import type { AggregateUse } from './aggregates.ts';
import { pathOf, withoutTextCast } from './ast.ts';
import { walkOwn } from './block-scope.ts';
import type { BlockScope } from './block-scope.ts';
import type { Key } from './leaf.ts';
import { Refusal } from './refusal.ts';
import { meet, saysAll } from './time-use.ts';
import type { Granularity, TimeUse } from './time-use.ts';

/** What a SELECT needs of a relation. */
export interface Demand {
  readonly dimensions: Set<string>;
  readonly times: Map<string, Granularity>;
  readonly measures: Map<string, MeasureColumn>;
  /** Measures of which sums are taken in any case. */
  readonly summed: Set<string>;
  readonly toldDimensions: Set<string>;
  readonly toldTimes: Map<string, TimeUse['tells'][]>;
  /** Aggregates of values, cases or filtered ones, or sums over sums: rows have to be grouped once more. */
  regroups: boolean;
  /** Totals of totals: every measure must add up over everything. */
  hasGroupingSets: boolean;
  countsRows: boolean;
  /** Aggregates of values: over no rows they are nothing. */
  hasValues: boolean;
}

export function emptyDemand(): Demand {
  return {
    dimensions: new Set(),
    times: new Map(),
    measures: new Map(),
    summed: new Set(),
    toldDimensions: new Set(),
    toldTimes: new Map(),
    regroups: false,
    hasGroupingSets: false,
    countsRows: false,
    hasValues: false,
  };
}

/** Adds what an expression needs that is evaluated after aggregation; `onAggregate` learns of each aggregate in it. */
export function demandOf(node: unknown, scope: BlockScope, demand: Demand): void {
  walkOwn(node, scope.alias, (each) => {
    const aggregate = scope.aggregateOf(each);
    if (aggregate !== undefined && 'FuncCall' in each) {
      const use = aggregateUse(aggregate, each.FuncCall, scope);
      demandOfAggregate(use, each.FuncCall, scope, demand);
      return 'past';
    }
    return demandOfColumn(each, scope, demand);
  });
}

function demandOfColumn(node: Node, scope: BlockScope, demand: Demand): 'into' | 'past' {
  const time = scope.timeUseOf(node);
  if (time !== undefined) {
    const known = demand.times.get(time.name);
    demand.times.set(time.name, known === undefined ? time.needs : meet(known, time.needs));
    return 'past';
  }
  const column = scope.columnOf(node);
  if (column === undefined && 'ColumnRef' in node && pathOf(node.ColumnRef).join('.') === scope.alias)
    throw new Refusal(`a row of ${scope.relation.name} is no value`, 'Name its columns.', node);
  if (column?.kind === 'dimension') demand.dimensions.add(column.name);
  if (column?.kind === 'measure')
    throw new Refusal(
      `${column.name} is a measure, which single rows do not have`,
      `Write MEASURE(${column.name}); conditions on it go into HAVING.`,
      node,
    );
  if (column?.kind === 'segment')
    throw new Refusal(
      `${column.name} is a segment: a condition for WHERE, joined to others by AND`,
      `Write WHERE ${column.name}; what is not in a segment cannot be asked for.`,
      node,
    );
  return 'into';
}

function demandOfAggregate(
  use: AggregateUse,
  call: Extract<Node, { FuncCall: unknown }>['FuncCall'],
  scope: BlockScope,
  demand: Demand,
): void {
  const isFiltered = call.agg_filter !== undefined;
  if (isFiltered) {
    demandOf(call.agg_filter, scope, demand);
    demand.regroups = true;
  }
  const add = (measure: MeasureColumn, isSummed: boolean): void => {
    demand.measures.set(measure.name, measure);
    if (isSummed) demand.summed.add(measure.name);
  };
  switch (use.kind) {
    case 'measure':
      return add(use.measure, isFiltered);
    case 'rows': {
      const rows = scope.relation.columns.get(scope.relation.rowCount ?? '');
      if (rows?.kind !== 'measure')
        throw new Refusal(
          `${scope.relation.name} has no measure that counts its rows`,
          `Use one of its measures: ${measuresOf(scope)}.`,
          { FuncCall: call },
        );
      demand.countsRows = true;
      return add(rows, isFiltered);
    }
    case 'cases':
      demand.regroups = true;
      for (const measure of use.measures) add(measure, true);
      return demandOfCases(call.args, scope, demand);
    case 'values':
      demand.regroups = true;
      demand.hasValues = true;
      demandOf(call.args, scope, demand);
      demandOf(call.agg_order, scope, demand);
  }
}

/** The conditions of cases; their results are measures. */
function demandOfCases(args: unknown, scope: BlockScope, demand: Demand): void {
  walkOwn(args, scope.alias, (each) =>
    scope.columnOf(each)?.kind === 'measure' ? 'past' : demandOfColumn(each, scope, demand),
  );
}

/** Adds an expression that rows are grouped by. */
export function demandOfGroup(node: Node, scope: BlockScope, demand: Demand): void {
  if ('GroupingSet' in node) {
    if (node.GroupingSet.kind !== 'GROUPING_SET_EMPTY') demand.regroups = true;
    demand.hasGroupingSets ||= node.GroupingSet.kind !== 'GROUPING_SET_EMPTY';
    for (const each of node.GroupingSet.content ?? []) demandOfGroup(each, scope, demand);
    return;
  }
  demandOf(node, scope, demand);
  const time = scope.timeUseOf(node);
  if (time !== undefined)
    demand.toldTimes.set(time.name, [...(demand.toldTimes.get(time.name) ?? []), time.tells]);
  const column = scope.columnOf(withoutTextCast(node));
  if (column?.kind === 'dimension') demand.toldDimensions.add(column.name);
}

/** Keys of the rows that are needed, and which of them are finer than what is grouped by. */
export function keysOf(demand: Demand): { readonly keys: Key[]; readonly finer: string[] } {
  const keys: Key[] = [
    ...[...demand.dimensions].map((name) => ({ kind: 'dimension' as const, name })),
    ...[...demand.times].map(([name, granularity]) => ({ kind: 'time' as const, name, granularity })),
  ];
  const isTold = (key: Key): boolean =>
    key.kind === 'time'
      ? saysAll(demand.toldTimes.get(key.name) ?? [], key.granularity)
      : demand.toldDimensions.has(key.name);
  return {
    keys,
    finer: keys.filter((key) => !isTold(key) || demand.hasGroupingSets).map(({ name }) => name),
  };
}
