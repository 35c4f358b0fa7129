import type { Node } from '@pgsql/types';
import { pathOf, textsOf } from './ast.ts';

/** A result with the name that PostgreSQL gives it, which must stay when what it is computed by does not. */
export function withName(target: Node): Node {
  if (!('ResTarget' in target) || target.ResTarget.name !== undefined) return target;
  const name = resultName(target.ResTarget.val);
  return name === undefined ? target : { ResTarget: { ...target.ResTarget, name } };
}

/** As PostgreSQL names results that have no name; undefined for one that is not named by what is in it. */
export function resultName(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('ColumnRef' in node) return pathOf(node.ColumnRef).at(-1);
  if ('FuncCall' in node) return textsOf(node.FuncCall.funcname).at(-1);
  if ('TypeCast' in node)
    return resultName(node.TypeCast.arg) ?? textsOf(node.TypeCast.typeName?.names).at(-1);
  if ('SQLValueFunction' in node) return String(node.SQLValueFunction.op).replace('SVFOP_', '').toLowerCase();
  if ('CaseExpr' in node) return resultName(node.CaseExpr.defresult) ?? 'case';
  return undefined;
}
