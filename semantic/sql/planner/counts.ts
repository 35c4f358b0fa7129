import type { FuncCall, Node, SelectStmt } from '@pgsql/types';
import { isNumber } from './aggregates.ts';
import { allOf, cast, column, mapTree, walk } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import { withName } from './result-names.ts';

/**
 * Rows that meet a condition, as tools count them, by the measure that counts rows: `COUNT(country)` is
 * `COUNT(*) FILTER (WHERE country IS NOT NULL)`, and `SUM(CASE WHEN ... THEN 1 ELSE 0 END)` is a sum of its cases.
 */
export function countingRows(select: SelectStmt, scope: BlockScope): SelectStmt {
  if (scope.relation.columns.get(scope.relation.rowCount ?? '')?.kind !== 'measure') return select;
  const named: SelectStmt = { ...select, targetList: (select.targetList ?? []).map(withName) };
  const isWhole = !namesSeveral(select, scope);
  return mapTree(named, (node) => {
    // A query within counts rows of its own.
    if ('SubLink' in node) return node;
    const name = scope.aggregateOf(node);
    const [only, ...more] = 'FuncCall' in node ? (node.FuncCall.args ?? []) : [];
    if (!('FuncCall' in node) || only === undefined || more.length > 0) return undefined;
    if (node.FuncCall.agg_distinct === true || !namesDimensionsOnly(only, scope)) return undefined;
    if (name === 'count') return countOf(node.FuncCall, only);
    return name === 'sum' && isWhole ? sumOf(node.FuncCall, only, scope) : undefined;
  });
}

/** Whether one of the relation's rows belongs to several values of a column that is named. */
function namesSeveral(select: SelectStmt, { relation, columnOf }: BlockScope): boolean {
  const rows = relation.columns.get(relation.rowCount ?? '');
  let found = false;
  walk(Object.values(select), (node) => {
    const name = columnOf(node)?.name;
    found ||= rows?.kind === 'measure' && name !== undefined && rows.multipliedBy.has(name);
    return 'into';
  });
  return found;
}

/** A constant is counted for every row, and a measure is none of a row's values. */
function namesDimensionsOnly(node: Node, scope: BlockScope): boolean {
  let [some, all] = [false, true];
  walk(node, (each) => {
    const kind = scope.columnOf(each)?.kind;
    some ||= kind !== undefined;
    all &&= kind === undefined || kind === 'dimension' || kind === 'time';
    return 'into';
  });
  return some && all;
}

function countOf(call: FuncCall, only: Node): Node {
  const { args: _, agg_filter: filter, ...rest } = call;
  const isThere: Node = { NullTest: { arg: only, nulltesttype: 'IS_NOT_NULL' } };
  const both = allOf(filter === undefined ? [isThere] : [filter, isThere]);
  return { FuncCall: { ...rest, agg_star: true, ...(both === undefined ? {} : { agg_filter: both }) } };
}

/** Cases of 1, 0 and NULL; to PostgreSQL the sum is a whole number where none of them is written as a fraction. */
function sumOf(call: FuncCall, only: Node, { relation, alias }: BlockScope): Node | undefined {
  if (!('CaseExpr' in only)) return undefined;
  const { args = [], defresult } = only.CaseExpr;
  const results = [...args.map((each) => ('CaseWhen' in each ? each.CaseWhen.result : each)), defresult];
  const written = results.filter((each) => each !== undefined);
  if (!written.every((each) => isNull(each) || isNumber(each, 0) || isNumber(each, 1))) return undefined;
  const counted = (result: Node): Node =>
    isNumber(result, 1) ? column(alias, relation.rowCount ?? '') : result;
  const cases: Node = {
    CaseExpr: {
      ...only.CaseExpr,
      args: args.map((each) =>
        'CaseWhen' in each && each.CaseWhen.result !== undefined
          ? { CaseWhen: { ...each.CaseWhen, result: counted(each.CaseWhen.result) } }
          : each,
      ),
      ...(defresult === undefined ? {} : { defresult: counted(defresult) }),
    },
  };
  const sum: Node = { FuncCall: { ...call, args: [cases] } };
  const isFraction = written.some((each) => 'A_Const' in each && each.A_Const.fval !== undefined);
  return isFraction ? sum : cast(sum, 'int8');
}

function isNull(node: Node): boolean {
  return 'A_Const' in node && node.A_Const.isnull === true;
}
