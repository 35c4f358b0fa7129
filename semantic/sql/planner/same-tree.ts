import { isDeepStrictEqual } from 'node:util';
import { parseSync } from 'libpg-query';
import type { Node, TypeName } from '@pgsql/types';
import { selectOf, textsOf } from './ast.ts';

/** Whether SQL, read again, is the tree. Places in a text, and what trees may leave unsaid, are no difference. */
export function isSameTree(tree: Node, sql: string): boolean {
  const isStatement = 'SelectStmt' in tree;
  const read = readAgain(isStatement ? sql : `select ${sql}`);
  const found = isStatement ? read : selectOf(read)?.targetList?.map(valueOf)[0];
  return isDeepStrictEqual(plain(found), plain(tree));
}

/** Whether two expressions are the same, wherever they stand. */
export function isSameExpression(first: Node, second: Node): boolean {
  return isDeepStrictEqual(plain(first), plain(second));
}

function readAgain(sql: string): Node | undefined {
  try {
    return parseSync(sql).stmts?.[0]?.stmt;
  } catch {
    // What was written is no SQL, so it is not the tree either.
    return undefined;
  }
}

function valueOf(target: Node): Node | undefined {
  return 'ResTarget' in target ? target.ResTarget.val : undefined;
}

/** Fields that say where or how something was written, or what is so when they are left out. */
const unsaid = new Set([
  'location',
  'name_location',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
  'inh',
  'relpersistence',
  'funcformat',
  'row_format',
  'is_local',
  'typemod',
]);

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([key, each]) => each !== undefined && !unsaid.has(key));
  return Object.fromEntries(
    said.map(([key, each]) => [key, key === 'typeName' ? plainType(each) : plain(each)]),
  );
}

/** `numeric` is a word of the grammar's, which reads it as a name of the catalogue's. */
function plainType(type: object): unknown {
  const { names = [], ...rest } = type as TypeName;
  const [schema, name, ...more] = names;
  const isWord =
    more.length === 0 && name !== undefined && textsOf([schema ?? {}] as Node[])[0] === 'pg_catalog';
  return plain({ ...rest, names: isWord ? [name] : names });
}
