import type { Node } from '@pgsql/types';
import { allOf, conjuncts, walk } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { conditionOf } from './conditions.ts';
import { both, isNever } from './cube-filter.ts';
import type { CubeFilter, Days } from './cube-filter.ts';
import { demandOf, emptyDemand, keysOf } from './demand.ts';
import type { Judged, Leaf } from './leaf.ts';
import { Refusal } from './refusal.ts';

/** Plans a condition over values of columns, with the subqueries in it. */
export type Judge = (condition: Node, leaf: Leaf) => Judged;

/** A leaf without its keys and measures: what the conditions say. */
export type Where = Pick<Leaf, 'filters' | 'segments' | 'days' | 'judged' | 'isNothing'> & {
  /** Columns that conditions name. */
  readonly columns: readonly string[];
};

export function leafOf(scope: BlockScope, where: Where, asked: Pick<Leaf, 'keys'> & Partial<Leaf>): Leaf {
  const { columns: _, ...conditions } = where;
  const plain = { measures: [], empty: [], isUngrouped: false, limit: undefined, order: [] };
  return { relation: scope.relation, alias: scope.alias, ...plain, ...conditions, ...asked };
}

/** Conditions on the relation alone, and those that depend on the row of a query around. */
export function parted(
  clause: Node | undefined,
  scope: BlockScope,
): { readonly own: Node | undefined; readonly outer: Node | undefined } {
  const all = conjuncts(clause);
  const isOuter = (condition: Node): boolean => {
    let found = false;
    walk(condition, (node) => {
      found ||= 'ColumnRef' in node && scope.columnOf(node) === undefined;
      return 'SubLink' in node ? 'past' : 'into';
    });
    return found;
  };
  return {
    own: allOf(all.filter((each) => !isOuter(each))),
    outer: allOf(all.filter(isOuter)),
  };
}

/** Reads a WHERE: what Cube can judge as its filters, the rest to be judged over values first. */
export function whereOf(clause: Node | undefined, scope: BlockScope, judge: Judge): Where {
  const filters: CubeFilter[] = [];
  const segments = new Set<string>();
  const days = new Map<string, Days>();
  const judgedOnes: Node[] = [];
  let isNothing = false;
  for (const each of conjuncts(clause)) {
    const condition = conditionOf(each, scope);
    if (condition === undefined) judgedOnes.push(each);
    else if (condition.kind === 'never') isNothing = true;
    else if (condition.kind === 'filter') filters.push(condition.filter);
    else if (condition.kind === 'segment') segments.add(condition.name);
    else if (condition.kind === 'days')
      days.set(condition.name, both(days.get(condition.name) ?? {}, condition.days));
  }
  isNothing ||= [...days.values()].some(isNever);
  const columns = columnsIn(clause, scope);
  const plain: Where = { filters, segments: [...segments], days, judged: [], isNothing, columns };
  if (isNothing) return plain;
  return { ...plain, judged: judgedOnes.map((each) => judge(each, valuesLeaf(each, plain, scope))) };
}

/** The values that a condition is to be judged over: those of rows that meet the other conditions. */
function valuesLeaf(condition: Node, where: Where, scope: BlockScope): Leaf {
  walk(condition, (node) => {
    if (scope.aggregateOf(node) === undefined) return 'SubLink' in node ? 'past' : 'into';
    throw new Refusal(
      'aggregates are not known yet where rows are filtered',
      'Move the condition to HAVING.',
      node,
    );
  });
  const demand = emptyDemand();
  demandOf(condition, scope, demand);
  // By the day, whatever the condition looks at: what passes is asked for by its days.
  const keys = keysOf(demand).keys.map((key) =>
    key.kind === 'time' ? { ...key, granularity: 'day' as const } : key,
  );
  return leafOf(scope, where, { keys });
}

function columnsIn(clause: Node | undefined, scope: BlockScope): string[] {
  const names: string[] = [];
  walk(clause, (node) => {
    const found = scope.columnOf(node);
    if (found !== undefined) names.push(found.name);
    return 'into';
  });
  return names;
}
