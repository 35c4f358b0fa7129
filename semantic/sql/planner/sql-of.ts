import type { CommonTableExpr, JoinExpr, Node, RangeFunction, SelectStmt } from '@pgsql/types';
import { Deparser, QuoteUtils } from 'pgsql-deparser';
import { Refusal } from './refusal.ts';
import { isSameTree } from './same-tree.ts';

type Context = Parameters<Deparser['SelectStmt']>[1];

/**
 * A tree as SQL. What was written is read again and held against the tree, since a statement that is written down
 * wrongly is answered wrongly. Throws a Refusal where it cannot be written.
 */
export function sqlOf(tree: Node): string {
  const sql = written(tree);
  if (sql !== undefined && isSameTree(tree, sql)) return sql;
  throw new Refusal(
    'a part of the statement cannot be rewritten faithfully',
    'Write it in simpler terms.',
    tree,
  );
}

function written(tree: Node): string | undefined {
  try {
    return new ExactDeparser(tree).deparseQuery();
  } catch {
    // A kind of node that the deparser does not know.
    return undefined;
  }
}

/** Expressions that need parentheses somewhere; they may have them everywhere. */
type Enclosed = 'A_Expr' | 'BoolExpr' | 'NullTest' | 'BooleanTest' | 'CollateClause' | 'SubLink';

/** Writes what the deparser leaves out: parentheses, quotes of some names, WITH TIES. */
class ExactDeparser extends Deparser {
  override visit(node: Node, context?: Context): string {
    const sql = super.visit(node, context);
    return isEnclosed(node) ? `(${sql})` : sql;
  }

  override SelectStmt(node: SelectStmt, context: Context): string {
    if (node.limitOption !== 'LIMIT_OPTION_WITH_TIES' || node.limitCount === undefined)
      return super.SelectStmt(node, context);
    const { limitCount, ...rest } = node;
    return `${super.SelectStmt(rest, context)} FETCH FIRST (${this.visit(limitCount, context)}) ROWS WITH TIES`;
  }

  override CommonTableExpr(node: CommonTableExpr, context: Context): string {
    return super.CommonTableExpr({ ...node, ctename: quoted(node.ctename) }, context);
  }

  override RangeFunction(node: RangeFunction, context: Context): string {
    if (node.alias === undefined || (node.coldeflist ?? []).length === 0)
      return super.RangeFunction(node, context);
    const alias = { ...node.alias, aliasname: quoted(node.alias.aliasname) };
    return super.RangeFunction({ ...node, alias }, context);
  }

  override JoinExpr(node: JoinExpr, context: Context): string {
    const { alias, join_using_alias: using } = node;
    return super.JoinExpr(
      {
        ...node,
        ...(alias === undefined ? {} : { alias: { ...alias, aliasname: quoted(alias.aliasname) } }),
        ...(using === undefined
          ? {}
          : { join_using_alias: { ...using, aliasname: quoted(using.aliasname) } }),
      },
      context,
    );
  }
}

const enclosed: ReadonlySet<string> = new Set<Enclosed>([
  'A_Expr',
  'BoolExpr',
  'NullTest',
  'BooleanTest',
  'CollateClause',
  'SubLink',
]);

function isEnclosed(node: Node): boolean {
  return enclosed.has(Object.keys(node)[0] ?? '');
}

function quoted(name: string | undefined): string {
  return QuoteUtils.quoteIdentifier(name ?? '');
}
