import type { Node, SelectStmt } from '@pgsql/types';
import { column, constantText, pathOf } from './ast.ts';
import type { BlockScope } from './block-scope.ts';
import type { Key } from './leaf.ts';
import { withName } from './result-names.ts';

/** `*` as the columns that it stands for. */
export function expanded(targets: readonly Node[], { relation, alias }: BlockScope): Node[] {
  return targets.flatMap((target) => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (value === undefined || !('ColumnRef' in value) || pathOf(value.ColumnRef).at(-1) !== '*')
      return [target];
    return [...relation.columns.keys()].map((name) => ({ ResTarget: { val: column(alias, name), name } }));
  });
}

/** What is sorted by, without names of results, which come before names of columns. */
export function sortedBy({ sortClause = [], targetList = [] }: SelectStmt): Node[] {
  const names = new Set(
    targetList.map(withName).map((each) => ('ResTarget' in each ? each.ResTarget.name : undefined)),
  );
  return sortClause.flatMap((each) => {
    const node = 'SortBy' in each ? each.SortBy.node : undefined;
    const path = node !== undefined && 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
    return node === undefined || (path.length === 1 && names.has(path[0])) ? [] : [node];
  });
}

/** The result that GROUP BY or ORDER BY means by its number or by its name, which is another one than a column's. */
export function resultMeant(node: Node, targetList: readonly Node[] = []): Node | undefined {
  const targets = targetList.map(withName).flatMap((each) => ('ResTarget' in each ? [each.ResTarget] : []));
  if ('A_Const' in node && node.A_Const.ival !== undefined)
    return targets[Number(constantText(node.A_Const)) - 1]?.val;
  const [name, ...more] = 'ColumnRef' in node ? pathOf(node.ColumnRef) : [];
  return name === undefined || more.length > 0 ? undefined : targets.find((each) => each.name === name)?.val;
}

/** A row has to be told by something. */
export function orAny(keys: readonly Key[], { relation }: BlockScope): readonly Key[] {
  if (keys.length > 0) return keys;
  const any = [...relation.columns.values()].find(({ kind }) => kind === 'dimension');
  return any === undefined ? [] : [{ kind: 'dimension', name: any.name }];
}
