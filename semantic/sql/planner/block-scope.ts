import type { Node } from '@pgsql/types';
import type { FunctionFacts } from '../postgres/catalogue.ts';
import type { Column, Relation } from '../relations/relation.ts';
import { functionName, hides, pathOf, selectOf, walk } from './ast.ts';
import type { Reading } from './conditions.ts';
import { timeUse } from './time-use.ts';
import type { TimeUse } from './time-use.ts';

/** What names and functions mean within a SELECT from one relation. */
export interface BlockScope extends Reading {
  readonly relation: Relation;
  readonly alias: string;
  /** A date expression of the relation's, with the name of its column. */
  readonly timeUseOf: (node: Node) => (TimeUse & { readonly name: string }) | undefined;
  /** An aggregate function's name, where a node calls one and no window is about it. */
  readonly aggregateOf: (node: Node) => string | undefined;
  /** Whether a function gives several rows for one, or none. */
  readonly givesRows: (node: Node) => boolean;
}

export function blockScope(
  relation: Relation,
  alias: string,
  facts: Pick<FunctionFacts, 'aggregates' | 'setReturning'>,
  isUtc: boolean,
): BlockScope {
  const named = (path: readonly string[]): Column | undefined => {
    const [name = '', ...qualifier] = [...path].reverse();
    const isOurs =
      qualifier.length === 0 ||
      (qualifier.length === 1 && qualifier[0] === alias) ||
      (qualifier.length === 2 &&
        qualifier[0] === alias &&
        qualifier[1] === 'public' &&
        alias === relation.name);
    return isOurs ? relation.columns.get(name) : undefined;
  };
  const columnOf = (node: Node): Column | undefined =>
    'ColumnRef' in node ? named(pathOf(node.ColumnRef)) : undefined;
  return {
    relation,
    alias,
    isUtc,
    columnOf,
    timeUseOf: (node) => {
      const use = timeUse(node);
      const column = use === undefined ? undefined : named(pathOf(use.column));
      return use === undefined || column?.kind !== 'time' ? undefined : { ...use, name: column.name };
    },
    givesRows: (node) => 'FuncCall' in node && facts.setReturning.has(functionName(node.FuncCall) ?? ''),
    aggregateOf: (node) => {
      if (!('FuncCall' in node) || node.FuncCall.over !== undefined) return undefined;
      const name = functionName(node.FuncCall);
      return name !== undefined && facts.aggregates.has(name) ? name : undefined;
    },
  };
}

/** Whether an expression names the relation's own columns within a subquery, which it does by its alias. */
export function walkOwn(node: unknown, alias: string, visit: (node: Node) => 'into' | 'past'): void {
  walk(node, (each) => {
    if (!('SubLink' in each)) return visit(each);
    walkOwn(each.SubLink.testexpr, alias, visit);
    walk(each.SubLink.subselect, (inner) => {
      const query = selectOf(inner);
      if (query !== undefined && hides(query, alias)) return 'past';
      const isOuter =
        'ColumnRef' in inner &&
        pathOf(inner.ColumnRef).length > 1 &&
        pathOf(inner.ColumnRef).at(-2) === alias;
      return isOuter ? visit(inner) : 'into';
    });
    return 'past';
  });
}
