import type { Node, SelectStmt } from '@pgsql/types';
import { aggregateUse } from './aggregates.ts';
import { constantText, walk, withoutTextCast } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import type { Key, Leaf } from './leaf.ts';
import { resultMeant } from './outputs.ts';

/** By what Cube sorts, and how many rows are enough. */
export type Top = Pick<Leaf, 'order' | 'limit'>;

const all: Top = { order: [], limit: undefined };

/**
 * The first rows of a SELECT whose rows are those of its leaf, where Cube can sort as PostgreSQL does: then the ten best
 * of a million products are ten rows to be fetched. NULL comes last going up and first going down, in PostgreSQL and in
 * both warehouses as they are opened. PostgreSQL sorts and cuts once more.
 */
export function topRows(select: SelectStmt, keys: readonly Key[], scope: BlockScope): Top {
  const limit = enoughRows(select);
  if (limit === undefined || select.havingClause !== undefined || select.distinctClause !== undefined)
    return all;
  if (hasMoreThanColumns(select, scope)) return all;
  const order = (select.sortClause ?? []).map((each) => sortedColumn(each, select, keys, scope));
  const known = order.filter((each) => each !== undefined);
  return known.length === order.length ? { order: known, limit } : all;
}

/** LIMIT and OFFSET together, where both are constants. */
export function enoughRows({ limitCount, limitOffset, limitOption }: SelectStmt): number | undefined {
  if (limitOption !== 'LIMIT_OPTION_COUNT') return undefined;
  const [count, offset] = [wholeNumber(limitCount), limitOffset === undefined ? 0 : wholeNumber(limitOffset)];
  return count === undefined || offset === undefined ? undefined : count + offset;
}

function wholeNumber(node: Node | undefined): number | undefined {
  if (node === undefined || !('A_Const' in node) || node.A_Const.ival === undefined) return undefined;
  return Number(constantText(node.A_Const));
}

/** Windows look at all rows, and functions may give several for one. */
function hasMoreThanColumns({ targetList, sortClause }: SelectStmt, scope: BlockScope): boolean {
  let found = false;
  walk([targetList, sortClause], (node) => {
    found ||= 'SubLink' in node || scope.givesRows(node);
    found ||= 'FuncCall' in node && node.FuncCall.over !== undefined;
    return 'into';
  });
  return found;
}

function sortedColumn(
  sorted: Node,
  select: SelectStmt,
  keys: readonly Key[],
  scope: BlockScope,
): Leaf['order'][number] | undefined {
  if (!('SortBy' in sorted) || sorted.SortBy.node === undefined) return undefined;
  const { sortby_dir: direction, sortby_nulls: nulls, node } = sorted.SortBy;
  const isDown = direction === 'SORTBY_DESC';
  if (direction === 'SORTBY_USING') return undefined;
  if (nulls === (isDown ? 'SORTBY_NULLS_LAST' : 'SORTBY_NULLS_FIRST')) return undefined;
  const name = columnOf(resultMeant(node, select.targetList) ?? node, keys, scope);
  return name === undefined ? undefined : { name, direction: isDown ? 'desc' : 'asc' };
}

/** The column of the leaf that an expression sorts like. */
function columnOf(node: Node, keys: readonly Key[], scope: BlockScope): string | undefined {
  const aggregate = scope.aggregateOf(node);
  if (aggregate !== undefined && 'FuncCall' in node) {
    const use = aggregateUse(aggregate, node.FuncCall, scope);
    return use.kind === 'measure' && node.FuncCall.agg_filter === undefined ? use.measure.name : undefined;
  }
  const time = scope.timeUseOf(node);
  if (time !== undefined) {
    const key = keys.find((each) => each.name === time.name);
    // A date at its grain; parts of dates and texts of them sort otherwise.
    const isDate = 'ColumnRef' in node || 'FuncCall' in node;
    return key?.kind === 'time' && time.tells === key.granularity && isDate && isTruncated(node)
      ? time.name
      : undefined;
  }
  const column = scope.columnOf(withoutTextCast(node));
  return column?.kind === 'dimension' ? column.name : undefined;
}

function isTruncated(node: Node): boolean {
  if ('ColumnRef' in node) return true;
  const name = 'FuncCall' in node ? (node.FuncCall.funcname ?? []).at(-1) : undefined;
  return name !== undefined && 'String' in name && name.String.sval === 'date_trunc';
}
