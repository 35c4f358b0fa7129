import type { Node, SelectStmt } from '@pgsql/types';
import type { FunctionFacts } from '../postgres/catalogue.ts';
import type { Relation, Relations } from '../relations/relation.ts';
import { allOf, cast, column, conjuncts, functionName, integer, mapTree, pathOf, walk } from './ast.ts';
import { resultMeant } from './outputs.ts';
import { Refusal } from './refusal.ts';
import { withName } from './result-names.ts';
import { isSameExpression } from './same-tree.ts';

/** A view in a join, under the name that the statement knows it by. */
interface Joined {
  readonly alias: string;
  readonly relation: Relation;
}

const joinField = '__cubejoinfield';

/**
 * Views that are joined by `__cubeJoinField`, as Cube's SQL API has it: each is aggregated by what the statement groups by,
 * which all must have, and the answers are joined on that. What filters a dimension that several have filters all of them.
 */
export function withJoinedViews(
  node: Node,
  relations: Relations,
  facts: Pick<FunctionFacts, 'aggregates'>,
): Node {
  const rewrite = (each: Node): Node | undefined => {
    if (!('SelectStmt' in each)) return undefined;
    const views = viewsOf(each.SelectStmt, relations);
    const select = views === undefined ? each.SelectStmt : drilledAcross(each.SelectStmt, views, facts);
    return { SelectStmt: mapTree(select, rewrite) };
  };
  return namesJoinField(node) ? mapTree(node, rewrite) : node;
}

function namesJoinField(tree: unknown): boolean {
  let found = false;
  walk(tree, (node) => {
    found ||= 'ColumnRef' in node && isJoinField(node);
    return 'into';
  });
  return found;
}

function isJoinField(node: Node | undefined): boolean {
  return (
    node !== undefined && 'ColumnRef' in node && pathOf(node.ColumnRef).at(-1)?.toLowerCase() === joinField
  );
}

/** The views of a FROM that joins nothing but views, by nothing but the field. */
function viewsOf({ fromClause = [] }: SelectStmt, relations: Relations): Joined[] | undefined {
  const [from, ...others] = fromClause;
  const views = from === undefined || others.length > 0 ? undefined : joinedIn(from, relations);
  return views !== undefined && views.length > 1 ? views : undefined;
}

function joinedIn(from: Node, relations: Relations): Joined[] | undefined {
  if ('RangeVar' in from) {
    const relation = relations.get(from.RangeVar.relname ?? '');
    return relation && [{ relation, alias: from.RangeVar.alias?.aliasname ?? relation.name }];
  }
  if (!('JoinExpr' in from)) return undefined;
  const { larg, rarg, quals } = from.JoinExpr;
  if (quals === undefined || larg === undefined || rarg === undefined || !conjuncts(quals).every(isByField))
    return undefined;
  const [left, right] = [joinedIn(larg, relations), joinedIn(rarg, relations)];
  return left && right && [...left, ...right];
}

function isByField(condition: Node): boolean {
  return 'A_Expr' in condition && isJoinField(condition.A_Expr.lexpr) && isJoinField(condition.A_Expr.rexpr);
}

function drilledAcross(
  select: SelectStmt,
  views: readonly Joined[],
  facts: Pick<FunctionFacts, 'aggregates'>,
): SelectStmt {
  const targets = (select.targetList ?? []).map(withName);
  const groups = (select.groupClause ?? []).map((group) => groupedBy(group, targets, views));
  const aggregates = aggregatesIn([targets, select.havingClause, select.sortClause], views, facts);
  const parts = views.map((view, index) =>
    aggregated(view, index, select.whereClause, groups, aggregates, views),
  );
  const key = (number: number): Node => ({
    CoalesceExpr: { args: views.map(({ alias }) => column(alias, `k${number}`)) },
  });
  const after = <T>(tree: T): T =>
    mapTree(tree, (node) => {
      const group = groups.findIndex((each) => isSameExpression(each, node));
      if (group >= 0) return key(group);
      const found = aggregates.find(({ call }) => isSameExpression(call, node));
      if (found !== undefined) return column(found.view.alias, found.name);
      const owner = 'ColumnRef' in node ? ownerOf(pathOf(node.ColumnRef), views) : undefined;
      if (owner !== undefined)
        throw new Refusal(
          'a column of joined views is neither grouped by nor aggregated',
          'Group by it, or aggregate it.',
          node,
        );
      return undefined;
    });
  const { whereClause: _w, groupClause: _g, havingClause, sortClause, fromClause: _f, ...rest } = select;
  return {
    ...rest,
    targetList: after(targets),
    fromClause: [joinedOn(parts, views, groups.length)],
    ...(havingClause === undefined ? {} : { whereClause: after(havingClause) }),
    ...(sortClause === undefined
      ? {}
      : { sortClause: sortClause.map((each) => (isResult(each, targets) ? each : after(each))) }),
  };
}

function isResult(sorted: Node, targets: readonly Node[]): boolean {
  const node = 'SortBy' in sorted ? sorted.SortBy.node : undefined;
  if (node === undefined || !('ColumnRef' in node)) return false;
  const [name, ...more] = pathOf(node.ColumnRef);
  return more.length === 0 && targets.some((each) => 'ResTarget' in each && each.ResTarget.name === name);
}

/** A name is a column's before it is a result's. */
function groupedBy(group: Node, targets: readonly Node[], views: readonly Joined[]): Node {
  const isColumn = 'ColumnRef' in group && ownerOf(pathOf(group.ColumnRef), views) !== undefined;
  return isColumn ? group : (resultMeant(group, targets) ?? group);
}

interface Aggregate {
  readonly call: Node;
  readonly view: Joined;
  readonly name: string;
}

function aggregatesIn(
  trees: unknown,
  views: readonly Joined[],
  facts: Pick<FunctionFacts, 'aggregates'>,
): Aggregate[] {
  const found: Aggregate[] = [];
  walk(trees, (node) => {
    if (!('FuncCall' in node) || node.FuncCall.over !== undefined) return 'into';
    if (!facts.aggregates.has(functionName(node.FuncCall) ?? '')) return 'into';
    if (!found.some(({ call }) => isSameExpression(call, node)))
      found.push({ call: node, view: viewNamed(node, views), name: `v${found.length}` });
    return 'past';
  });
  return found;
}

/** The one view that an expression is of. */
function viewNamed(node: Node, views: readonly Joined[]): Joined {
  const owners = new Set<Joined | undefined>();
  walk(node, (each) => {
    if ('ColumnRef' in each) owners.add(ownerOf(pathOf(each.ColumnRef), views));
    return 'into';
  });
  const [only] = owners;
  if (owners.size === 1 && only !== undefined) return only;
  throw new Refusal(
    'an aggregate over joined views is of none of them, or of several',
    'Name the view: MEASURE(view.measure).',
    node,
  );
}

/** A name without its view is of the only one that has it. */
function ownerOf(path: readonly string[], views: readonly Joined[]): Joined | undefined {
  const [name = '', qualifier] = path.toReversed();
  const owners = views.filter(
    ({ alias, relation }) => (qualifier === undefined || qualifier === alias) && relation.columns.has(name),
  );
  return owners[0];
}

/** One view, grouped by what the statement groups by. */
function aggregated(
  view: Joined,
  index: number,
  where: Node | undefined,
  groups: readonly Node[],
  aggregates: readonly Aggregate[],
  views: readonly Joined[],
): Node {
  const keys = groups.map((group, number) => ({
    ResTarget: { name: `k${number}`, val: mustMove(group, view, views) },
  }));
  const own = aggregates.filter((each) => each.view === view);
  const values = own.map(({ call, name }) => ({ ResTarget: { name, val: call } }));
  const targetList: Node[] = [...keys, ...values];
  const conditions = conjuncts(where).flatMap(
    (each) => moved(each, view, views) ?? mustBeOther(each, view, views),
  );
  const whereClause = allOf(conditions);
  const groupClause = groups.map((_, number) => integer(number + 1));
  const subquery: SelectStmt = {
    targetList: targetList.length > 0 ? targetList : [{ ResTarget: { name: `n${index}`, val: integer(1) } }],
    fromClause: [
      {
        RangeVar: {
          relname: view.relation.name,
          inh: true,
          relpersistence: 'p',
          alias: { aliasname: view.alias },
        },
      },
    ],
    op: 'SETOP_NONE',
    limitOption: 'LIMIT_OPTION_DEFAULT',
    ...(whereClause === undefined ? {} : { whereClause }),
    ...(groupClause.length === 0 ? {} : { groupClause }),
  };
  return { RangeSubselect: { subquery: { SelectStmt: subquery }, alias: { aliasname: view.alias } } };
}

/** An expression with columns of this view, where it has all that it names. */
function moved(node: Node, view: Joined, views: readonly Joined[]): Node | undefined {
  let isThere = true;
  const own = mapTree(node, (each) => {
    if (!('ColumnRef' in each)) return undefined;
    const path = pathOf(each.ColumnRef);
    const name = path.at(-1) ?? '';
    const kind = view.relation.columns.get(name)?.kind;
    const owner = ownerOf(path, views);
    isThere &&= owner === view || kind === 'dimension' || kind === 'time';
    return column(view.alias, name);
  });
  return isThere ? own : undefined;
}

function mustMove(group: Node, view: Joined, views: readonly Joined[]): Node {
  const own = moved(group, view, views);
  if (own !== undefined) return own;
  throw new Refusal(
    `${view.relation.name} does not have what is grouped by`,
    'Group joined views by dimensions that all of them have.',
    group,
  );
}

/** What names columns that this view lacks filters the views that have them. */
function mustBeOther(condition: Node, view: Joined, views: readonly Joined[]): Node[] {
  if (views.some((each) => each !== view && moved(condition, each, views) !== undefined)) return [];
  throw new Refusal(
    'a condition names columns of several views',
    'Write one condition for each view.',
    condition,
  );
}

/** Rows that are grouped alike, NULL being like NULL, as arrays compare. */
function joinedOn(parts: readonly Node[], views: readonly Joined[], keys: number): Node {
  const textKeys = (aliases: readonly string[]): Node => ({
    A_ArrayExpr: {
      elements: Array.from({ length: keys }, (_, number) => {
        const names = aliases.map((alias) => column(alias, `k${number}`));
        const [only] = names;
        return cast(
          names.length === 1 && only !== undefined ? only : { CoalesceExpr: { args: names } },
          'text',
        );
      }),
    },
  });
  const aliases = views.map(({ alias }) => alias);
  return parts.reduce((larg, rarg, index) => ({
    JoinExpr:
      keys === 0
        ? { jointype: 'JOIN_INNER', larg, rarg, quals: { A_Const: { boolval: { boolval: true } } } }
        : {
            jointype: 'JOIN_FULL',
            larg,
            rarg,
            quals: {
              A_Expr: {
                kind: 'AEXPR_OP',
                name: [{ String: { sval: '=' } }],
                lexpr: textKeys(aliases.slice(0, index)),
                rexpr: textKeys(aliases.slice(index, index + 1)),
              },
            },
          },
  }));
}
