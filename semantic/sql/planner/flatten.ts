import type { Node, RangeVar, SelectStmt } from '@pgsql/types';
import type { Relation } from '../relations/relation.ts';
import { allOf, column, hides, mapTree, pathOf, selectOf, walk } from './ast.ts';
import { withName } from './result-names.ts';

/** What names in a FROM stand for. */
export interface Names {
  /** The relation that a name in FROM stands for; undefined where it is a subquery's name, or of the catalogue. */
  readonly relationOf: (range: RangeVar) => Relation | undefined;
  /** The query that WITH gives a name to. */
  readonly queryOf: (range: RangeVar) => SelectStmt | undefined;
  /** Whether a function aggregates, or gives rows. */
  readonly isRowFunction: (node: Node) => boolean;
}

/**
 * A SELECT from a subquery that does nothing but choose, name and filter, as one SELECT. Tools wrap what they ask for:
 * `SELECT SUM(x) FROM (SELECT * FROM finance WHERE ...) AS q`. Measures are aggregated as defined only in one SELECT.
 */
export function flattened(select: SelectStmt, names: Names): SelectStmt {
  const wrapped = wrappedQuery(select, names);
  if (wrapped === undefined) return select;
  const inner = flattened(wrapped.query, names);
  const outputs = isSimple(inner, names) ? outputsOf(inner, names) : undefined;
  if (outputs === undefined || !readsAlike(select, inner, outputs, names)) return select;
  return merged(select, wrapped.alias, inner, outputs);
}

interface Wrapped {
  readonly query: SelectStmt;
  readonly alias: string;
}

function wrappedQuery({ fromClause = [] }: SelectStmt, names: Names): Wrapped | undefined {
  const [from] = fromClause;
  if (from === undefined || fromClause.length > 1) return undefined;
  if ('RangeSubselect' in from) {
    const { subquery, alias, lateral } = from.RangeSubselect;
    const query = selectOf(subquery);
    if (query === undefined || lateral === true || (alias?.colnames ?? []).length > 0) return undefined;
    return { query, alias: alias?.aliasname ?? '' };
  }
  if (!('RangeVar' in from) || (from.RangeVar.alias?.colnames ?? []).length > 0) return undefined;
  const query = names.queryOf(from.RangeVar);
  return query === undefined
    ? undefined
    : { query, alias: from.RangeVar.alias?.aliasname ?? from.RangeVar.relname ?? '' };
}

/** Clauses that a subquery which only chooses, names and filters may have. An order that nothing is cut by is none. */
const simpleClauses = new Set(['targetList', 'fromClause', 'whereClause', 'sortClause', 'op', 'limitOption']);

function isSimple(select: SelectStmt, names: Names): boolean {
  const [from, ...others] = select.fromClause ?? [];
  const isOne =
    from !== undefined &&
    'RangeVar' in from &&
    others.length === 0 &&
    names.relationOf(from.RangeVar) !== undefined;
  if (!isOne || select.op !== 'SETOP_NONE' || select.limitOption !== 'LIMIT_OPTION_DEFAULT') return false;
  if (Object.keys(select).some((clause) => !simpleClauses.has(clause))) return false;
  let isPlain = true;
  walk(select.targetList, (node) => {
    isPlain &&= !('SubLink' in node) && !names.isRowFunction(node);
    return 'into';
  });
  return isPlain;
}

function aliasOf(select: SelectStmt): string {
  const [from] = select.fromClause ?? [];
  if (from === undefined || !('RangeVar' in from)) return '';
  return from.RangeVar.alias?.aliasname ?? from.RangeVar.relname ?? '';
}

/** Names of results, and what they are computed by; undefined where two have one name. */
function outputsOf(select: SelectStmt, names: Names): ReadonlyMap<string, Node> | undefined {
  const [from] = select.fromClause ?? [];
  const relation = from !== undefined && 'RangeVar' in from ? names.relationOf(from.RangeVar) : undefined;
  if (relation === undefined) return undefined;
  const alias = aliasOf(select);
  const outputs = new Map<string, Node>();
  for (const target of select.targetList ?? []) {
    const named = withName(target);
    if (!('ResTarget' in named) || named.ResTarget.val === undefined) return undefined;
    const { val, name = '?column?' } = named.ResTarget;
    const isStar = 'ColumnRef' in val && pathOf(val.ColumnRef).at(-1) === '*';
    const added: (readonly [string, Node])[] = isStar
      ? [...relation.columns.keys()].map((each) => [each, column(alias, each)])
      : [[name, qualified(val, relation, alias)]];
    for (const [each, node] of added) {
      if (outputs.has(each)) return undefined;
      outputs.set(each, node);
    }
  }
  return outputs;
}

function qualified(node: Node, relation: Relation, alias: string): Node {
  return mapTree(node, (each) => {
    if (!('ColumnRef' in each)) return undefined;
    const name = pathOf(each.ColumnRef).at(-1) ?? '';
    return relation.columns.has(name)
      ? { ColumnRef: { ...each.ColumnRef, ...refTo(alias, name) } }
      : undefined;
  });
}

/** Whether bare names mean the same once the subquery's own names are there no more, and the view's are. */
function readsAlike(
  select: SelectStmt,
  inner: SelectStmt,
  outputs: ReadonlyMap<string, Node>,
  names: Names,
): boolean {
  const [from] = inner.fromClause ?? [];
  const relation = from !== undefined && 'RangeVar' in from ? names.relationOf(from.RangeVar) : undefined;
  const { fromClause: _, sortClause, groupClause, ...rest } = select;
  const results = new Set(
    (select.targetList ?? []).map(withName).map((each) => 'ResTarget' in each && each.ResTarget.name),
  );
  const isHidden = (name: string): boolean => relation?.columns.has(name) === true && !outputs.has(name);
  const isRenamed = (name: string): boolean => {
    const output = outputs.get(name);
    return output !== undefined && !('ColumnRef' in output && pathOf(output.ColumnRef).at(-1) === name);
  };
  const all = (tree: unknown, holds: (name: string) => boolean): boolean => {
    let isSo = true;
    walk(tree, (node) => {
      const [name = '', ...more] = 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
      if (name !== '' && more.length === 0) isSo &&= holds(name);
      if (!('SubLink' in node)) return 'into';
      isSo &&= all(node.SubLink.testexpr, holds) && all(node.SubLink.subselect, (each) => !isRenamed(each));
      return 'past';
    });
    return isSo;
  };
  return (
    all(Object.values(rest), (name) => !isHidden(name)) &&
    all([sortClause, groupClause], (name) => !isHidden(name) || results.has(name))
  );
}

function refTo(alias: string, name: string): { fields: Node[] } {
  return { fields: [{ String: { sval: alias } }, { String: { sval: name } }] };
}

function merged(
  select: SelectStmt,
  alias: string,
  inner: SelectStmt,
  outputs: ReadonlyMap<string, Node>,
): SelectStmt {
  const targetList = (select.targetList ?? []).flatMap((target) => withoutStar(withName(target), outputs));
  const results = new Set(targetList.map((each) => ('ResTarget' in each ? each.ResTarget.name : undefined)));
  const { sortClause, groupClause, fromClause: _, whereClause, withClause, ...rest } = select;
  const replace = <T>(tree: T): T => substituted(tree, alias, outputs);
  const sorted = sortClause?.map((each) => {
    const node = 'SortBy' in each ? each.SortBy.node : undefined;
    const path = node !== undefined && 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
    // The name of a result comes before the name of a column.
    return path.length === 1 && results.has(path[0]) ? each : replace(each);
  });
  // Here the name of a column comes first: of the subquery's, which the view may have others beside.
  const groups = groupClause?.map((each) => {
    const [name = '', ...more] = 'ColumnRef' in each ? pathOf(each.ColumnRef) : [];
    const isResult = name !== '' && more.length === 0 && !outputs.has(name);
    const value = isResult ? resultOf(name, targetList) : undefined;
    return replace(value ?? each);
  });
  const conditions = [inner.whereClause, whereClause === undefined ? undefined : replace(whereClause)];
  const where = allOf(conditions.filter((each) => each !== undefined));
  return {
    ...replace(rest),
    targetList: replace(targetList),
    ...(groups === undefined ? {} : { groupClause: groups }),
    ...(sorted === undefined ? {} : { sortClause: sorted }),
    ...(where === undefined ? {} : { whereClause: where }),
    ...(withClause === undefined ? {} : { withClause }),
    fromClause: inner.fromClause ?? [],
  };
}

function resultOf(name: string, targetList: readonly Node[]): Node | undefined {
  const found = targetList.find((each) => 'ResTarget' in each && each.ResTarget.name === name);
  return found !== undefined && 'ResTarget' in found ? found.ResTarget.val : undefined;
}

function withoutStar(target: Node, outputs: ReadonlyMap<string, Node>): Node[] {
  const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
  const isStar = value !== undefined && 'ColumnRef' in value && pathOf(value.ColumnRef).at(-1) === '*';
  if (!isStar) return [target];
  return [...outputs].map(([name, val]) => ({ ResTarget: { name, val } }));
}

function substituted<T>(tree: T, alias: string, outputs: ReadonlyMap<string, Node>): T {
  return mapTree(tree, (node) => {
    if ('SubLink' in node) {
      const { testexpr, subselect, ...rest } = node.SubLink;
      return {
        SubLink: {
          ...rest,
          ...(testexpr === undefined ? {} : { testexpr: substituted(testexpr, alias, outputs) }),
          // Within a subquery a bare name is more likely the subquery's own.
          ...(subselect === undefined ? {} : { subselect: qualifiedOnly(subselect, alias, outputs) }),
        },
      };
    }
    if (!('ColumnRef' in node)) return undefined;
    const [name = '', qualifier, ...more] = [...pathOf(node.ColumnRef)].reverse();
    const isOurs = more.length === 0 && (qualifier === undefined || qualifier === alias);
    return isOurs ? outputs.get(name) : undefined;
  });
}

function qualifiedOnly<T>(tree: T, alias: string, outputs: ReadonlyMap<string, Node>): T {
  return mapTree(tree, (node) => {
    const query = selectOf(node);
    if (query !== undefined && hides(query, alias)) return node;
    const path = 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
    return path.length === 2 && path[0] === alias ? outputs.get(path[1] ?? '') : undefined;
  });
}
