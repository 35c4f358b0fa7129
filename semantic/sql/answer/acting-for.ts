import type { Node, SelectStmt } from '@pgsql/types';
import { allOf, conjuncts, constantText, mapTree, pathOf } from '../planner/ast.ts';

/** A statement without the condition that says for whom it is. */
export interface ActingFor {
  readonly node: Node;
  readonly user: string | undefined;
}

/** Reads `WHERE __user = 'ana'`, by which a service asks with the rights of somebody else. */
export function actingFor(node: Node): ActingFor {
  let user: string | undefined;
  const without = (select: SelectStmt): SelectStmt => {
    const { whereClause, ...rest } = select;
    const kept = conjuncts(whereClause).filter((condition) => {
      const named = userOf(condition);
      user ??= named;
      return named === undefined;
    });
    const where = allOf(kept);
    return where === undefined ? rest : { ...rest, whereClause: where };
  };
  const strip = (tree: Node): Node | undefined => {
    if (!('SelectStmt' in tree)) return undefined;
    const inner = without(tree.SelectStmt);
    return { SelectStmt: mapTree(inner, strip) };
  };
  const stripped = mapTree(node, strip);
  return user === undefined ? { node, user } : { node: stripped, user };
}

function userOf(condition: Node): string | undefined {
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { lexpr, rexpr } = condition.A_Expr;
  const isUser = lexpr !== undefined && 'ColumnRef' in lexpr && pathOf(lexpr.ColumnRef).at(-1) === '__user';
  if (!isUser || rexpr === undefined || !('A_Const' in rexpr)) return undefined;
  return constantText(rexpr.A_Const) ?? undefined;
}
