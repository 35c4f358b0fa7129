import type { JoinExpr, Node, SelectStmt } from '@pgsql/types';
import type { Relation } from '../relations/relation.ts';
import {
  allOf,
  column,
  conjuncts,
  constantText,
  integer,
  mapTree,
  pathOf,
  selectOf,
  textsOf,
  walk,
} from './ast.ts';
import type { Names } from './flatten.ts';
import { withName } from './result-names.ts';

/**
 * A view that is joined to groups, of which it uses nothing, as a condition: tools write top-N so, and series limits.
 * Each row meets one group at the most, so that the join keeps rows and doubles none:
 * `FROM finance JOIN (SELECT country FROM finance GROUP BY 1 LIMIT 5) t ON finance.country = t.country`.
 */
export function withoutSemiJoin(select: SelectStmt, names: Names): SelectStmt {
  const [from, ...others] = select.fromClause ?? [];
  if (from === undefined || !('JoinExpr' in from) || others.length > 0) return select;
  const { larg, ...join } = from.JoinExpr;
  if (larg === undefined) return select;
  const inner = withoutSemiJoin({ ...select, fromClause: [larg] }, names);
  const [left] = inner.fromClause ?? [];
  const relation = left !== undefined && 'RangeVar' in left ? names.relationOf(left.RangeVar) : undefined;
  if (left === undefined || !('RangeVar' in left) || relation === undefined) return select;
  const view = { relation, alias: left.RangeVar.alias?.aliasname ?? relation.name };
  const condition = conditionOf(join, view, names, { ...inner, fromClause: [] });
  if (condition === undefined) return select;
  const where = allOf([...conjuncts(inner.whereClause), condition]);
  return { ...inner, ...(where === undefined ? {} : { whereClause: where }) };
}

/** EXISTS of single rows, which may as well be there once. Undefined for what is not that, or says so already. */
export function askedOnce(node: Node, isRowFunction: Names['isRowFunction']): Node | undefined {
  if (!('SubLink' in node) || node.SubLink.subLinkType !== 'EXISTS_SUBLINK') return undefined;
  const select = selectOf(node.SubLink.subselect);
  if (select === undefined || !isPlain(select, isRowFunction)) return undefined;
  const once: SelectStmt = { ...select, targetList: [result(integer(1))], distinctClause: [{} as Node] };
  return { SubLink: { ...node.SubLink, subselect: { SelectStmt: once } } };
}

const plainClauses = new Set(['targetList', 'fromClause', 'whereClause', 'sortClause', 'op', 'limitOption']);

function isPlain(select: SelectStmt, isRowFunction: Names['isRowFunction']): boolean {
  let isOne = select.op === 'SETOP_NONE' && Object.keys(select).every((clause) => plainClauses.has(clause));
  walk(select.targetList, (node) => {
    isOne &&= !isRowFunction(node);
    return 'into';
  });
  return isOne;
}

interface View {
  readonly relation: Relation;
  readonly alias: string;
}

function conditionOf(
  { jointype, isNatural, usingClause, alias, rarg, quals }: JoinExpr,
  view: View,
  names: Names,
  rest: SelectStmt,
): Node | undefined {
  if (jointype !== 'JOIN_INNER' || isNatural === true || usingClause !== undefined || alias !== undefined)
    return undefined;
  const groups = rarg === undefined ? undefined : groupsOf(rarg, names);
  if (rarg === undefined || quals === undefined || groups === undefined) return undefined;
  const isOurs = (name: string): boolean => view.relation.columns.has(name) && !groups.outputs.has(name);
  // Within the subquery a bare name would be the subquery's own.
  const on = mapTree(quals, (node) => {
    const path = 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
    return path.length === 1 && isOurs(path[0] ?? '') ? column(view.alias, path[0] ?? '') : undefined;
  });
  const met = new Set(conjuncts(on).map((each) => pairOf(each, groups, view.alias)?.key));
  if (![...groups.keys].every((key) => met.has(key)) || isUsed(groups, view, rest)) return undefined;
  const subselect: SelectStmt = {
    targetList: [result(integer(1))],
    fromClause: [rarg],
    whereClause: on,
    op: 'SETOP_NONE',
    limitOption: 'LIMIT_OPTION_DEFAULT',
  };
  return { SubLink: { subLinkType: 'EXISTS_SUBLINK', subselect: { SelectStmt: subselect } } };
}

/** Rows of a subquery that are told apart by some of its results. */
interface Groups {
  readonly alias: string;
  readonly keys: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

function groupsOf(range: Node, names: Names): Groups | undefined {
  const found = queryOf(range, names);
  if (found === undefined || found.query.op !== 'SETOP_NONE') return undefined;
  const { targetList = [], groupClause, distinctClause } = found.query;
  const outputs = targetList.map(withName).map((each) => ('ResTarget' in each ? each.ResTarget : {}));
  const all = outputs.map(({ name = '?column?' }) => name);
  if (new Set(all).size < all.length || all.includes('*')) return undefined;
  const isDistinct = distinctClause !== undefined && Object.keys(distinctClause[0] ?? {}).length === 0;
  const keys = isDistinct ? all : (groupClause ?? []).map((group) => groupName(group, outputs));
  const known = keys.filter((key) => key !== undefined);
  if (known.length === 0 || known.length < keys.length) return undefined;
  return { alias: found.alias, keys: new Set(known), outputs: new Set(all) };
}

function queryOf(
  range: Node,
  names: Names,
): { readonly query: SelectStmt; readonly alias: string } | undefined {
  if ('RangeSubselect' in range) {
    const { subquery, alias, lateral } = range.RangeSubselect;
    const query = selectOf(subquery);
    if (query === undefined || lateral === true || alias?.colnames !== undefined) return undefined;
    return { query, alias: alias?.aliasname ?? '' };
  }
  const query = 'RangeVar' in range ? names.queryOf(range.RangeVar) : undefined;
  if (query === undefined || !('RangeVar' in range)) return undefined;
  const { alias, relname = '' } = range.RangeVar;
  return alias?.colnames === undefined ? { query, alias: alias?.aliasname ?? relname } : undefined;
}

/** The name under which a query shows what it groups by. */
function groupName(
  group: Node,
  outputs: readonly { readonly name?: string; readonly val?: Node }[],
): string | undefined {
  if ('A_Const' in group && group.A_Const.ival !== undefined)
    return outputs[Number(constantText(group.A_Const)) - 1]?.name;
  const name = 'ColumnRef' in group ? pathOf(group.ColumnRef).at(-1) : undefined;
  const shown = outputs.find(({ val }) => {
    const path = val !== undefined && 'ColumnRef' in val ? pathOf(val.ColumnRef) : [];
    return name !== undefined && path.at(-1) === name;
  });
  return shown?.name;
}

/** A key of groups, and the view's column that a condition sets equal to it, NULL to NULL or not. */
interface Pair {
  readonly key: string;
  readonly of: string;
}

function pairOf(condition: Node, groups: Groups, viewAlias: string): Pair | undefined {
  if ('A_Expr' in condition) {
    const { kind, name, lexpr, rexpr } = condition.A_Expr;
    const isEqual = (kind === 'AEXPR_OP' && textsOf(name)[0] === '=') || kind === 'AEXPR_NOT_DISTINCT';
    return isEqual ? paired([lexpr, rexpr], groups, viewAlias) : undefined;
  }
  if (!('BoolExpr' in condition) || condition.BoolExpr.boolop !== 'OR_EXPR') return undefined;
  const [equal, nulls, ...more] = condition.BoolExpr.args ?? [];
  const pair = equal === undefined || more.length > 0 ? undefined : pairOf(equal, groups, viewAlias);
  const tested = conjuncts(nulls).map((each) =>
    'NullTest' in each && each.NullTest.nulltesttype === 'IS_NULL' ? each.NullTest.arg : undefined,
  );
  const both = paired(tested, groups, viewAlias);
  return pair !== undefined && both?.key === pair.key && both.of === pair.of ? pair : undefined;
}

function paired(nodes: readonly (Node | undefined)[], groups: Groups, viewAlias: string): Pair | undefined {
  if (nodes.length !== 2) return undefined;
  const paths = nodes.map((each) =>
    each !== undefined && 'ColumnRef' in each ? pathOf(each.ColumnRef).toReversed() : [],
  );
  const of = paths.find(([, qualifier]) => qualifier === viewAlias)?.[0];
  const key = paths.find(
    ([name = '', qualifier]) =>
      groups.keys.has(name) && (qualifier === undefined || qualifier === groups.alias),
  )?.[0];
  return of === undefined || key === undefined ? undefined : { key, of };
}

/** Whether anything but the join names the groups. */
function isUsed({ alias, outputs }: Groups, { relation }: View, rest: SelectStmt): boolean {
  let found = false;
  walk(Object.values(rest), (node) => {
    const [name = '', qualifier] = 'ColumnRef' in node ? pathOf(node.ColumnRef).toReversed() : [];
    if (name === '') return 'into';
    const isTheirs =
      qualifier === alias || (qualifier === undefined && outputs.has(name) && !relation.columns.has(name));
    found ||= isTheirs || (name === '*' && qualifier === undefined);
    return 'into';
  });
  return found;
}

function result(val: Node): Node {
  return { ResTarget: { val } };
}
