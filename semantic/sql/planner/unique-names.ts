import type { Node, SelectStmt } from '@pgsql/types';
import { mapTree, selectOf } from './ast.ts';

/**
 * A statement in which WITH gives every name once, and none that is taken. A query's name is known from the next one of
 * its WITH on, so that `WITH finance AS (SELECT ... FROM finance)` reads the view, and hides names of the queries around.
 */
export function uniquelyNamed(select: SelectStmt, taken: Iterable<string>): SelectStmt {
  return ofSelect(select, new Map(), new Set(taken));
}

/** What each name of WITH is called instead. */
type Renamed = ReadonlyMap<string, string>;

function ofSelect(select: SelectStmt, around: Renamed, taken: Set<string>): SelectStmt {
  const { withClause, larg, rarg, ...body } = select;
  const names = new Map(around);
  const given = (withClause?.ctes ?? []).flatMap((each) =>
    'CommonTableExpr' in each ? [each.CommonTableExpr] : [],
  );
  const give = (name: string): void => {
    names.set(name, free(name, taken));
  };
  if (withClause?.recursive === true) for (const { ctename = '' } of given) give(ctename);
  const ctes: Node[] = [];
  for (const each of given) {
    const { ctename = '' } = each;
    const query = within(each, names, taken);
    if (withClause?.recursive !== true) give(ctename);
    ctes.push({ CommonTableExpr: { ...query, ctename: names.get(ctename) ?? ctename } });
  }
  return {
    ...within(body, names, taken),
    ...(withClause === undefined ? {} : { withClause: { ...withClause, ctes } }),
    ...(larg === undefined ? {} : { larg: ofSelect(larg, names, taken) }),
    ...(rarg === undefined ? {} : { rarg: ofSelect(rarg, names, taken) }),
  };
}

function free(name: string, taken: Set<string>): string {
  let found = name;
  for (let count = 2; taken.has(found); count += 1) found = `${name}_${count}`;
  taken.add(found);
  return found;
}

/** Columns are still told by the name that was written, which becomes an alias. */
function within<T>(tree: T, names: Renamed, taken: Set<string>): T {
  return mapTree(tree, (node) => {
    const query = selectOf(node);
    if (query !== undefined) return { SelectStmt: ofSelect(query, names, taken) };
    if (!('RangeVar' in node) || node.RangeVar.schemaname !== undefined) return undefined;
    const { relname = '', alias } = node.RangeVar;
    const name = names.get(relname) ?? relname;
    if (name === relname) return undefined;
    return { RangeVar: { ...node.RangeVar, relname: name, alias: alias ?? { aliasname: relname } } };
  });
}
