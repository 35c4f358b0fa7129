import type { Node } from '@pgsql/types';
import type { Binding } from '../engine.ts';
import { mapTree } from '../planner/ast.ts';
import { constant } from '../planner/constants.ts';
import type { ConstantValue } from '../planner/constants.ts';
import type { Catalogue, Context } from '../postgres/catalogue.ts';
import { SqlError } from '../sql-error.ts';

/** Values of parameters as constants: PostgreSQL itself reads what was sent in binary, and names the types. */
export async function parameterValues(
  types: readonly number[],
  { parameters, parameterFormats }: Pick<Binding, 'parameters' | 'parameterFormats'>,
  catalogue: Catalogue,
  context: Context,
): Promise<readonly ConstantValue[]> {
  if (parameters.length !== types.length)
    throw new SqlError({
      code: '08P01',
      message: `the statement has ${types.length} parameters, and ${parameters.length} were given`,
    });
  if (types.length === 0) return [];
  const list = types.map((oid, index) => `$${index + 1}::text, format_type(${oid}, null)`).join(', ');
  const [row = []] = await catalogue.bound(
    `select ${list}`,
    types,
    { parameters, parameterFormats },
    context,
  );
  return types.map((_, index) => ({ text: row[index * 2] ?? null, type: row[index * 2 + 1] ?? 'text' }));
}

/** The statement with values in place of `$1`. */
export function withParameters<T>(tree: T, values: readonly ConstantValue[]): T {
  if (values.length === 0) return tree;
  return mapTree(tree, (node: Node) => {
    if (!('ParamRef' in node)) return undefined;
    const value = values[(node.ParamRef.number ?? 0) - 1];
    return value === undefined ? undefined : constant(value);
  });
}
