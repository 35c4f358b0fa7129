import type { Node } from '@pgsql/types';
import { cast } from './ast.ts';
import type { Leaf } from './leaf.ts';

/** Names and types of a leaf's columns, in the order of the relation. */
export function leafColumns({
  relation,
  keys,
  measures,
  empty,
}: Leaf): { readonly name: string; readonly type: string }[] {
  const shown = new Set([...keys.map(({ name }) => name), ...measures, ...empty]);
  const columns = [...relation.columns.values()].filter(({ name }) => shown.has(name));
  return columns.map(({ name, type }) => ({ name, type }));
}

const typeNames: Readonly<Record<string, string>> = { bigint: 'int8', boolean: 'bool' };

/** Rows that are given as JSON in a parameter, in place of the relation. */
export function leafRange(leaf: Leaf, parameter: number): Node {
  const columns = leafColumns(leaf);
  // A row type has at least one column.
  const listed = columns.length > 0 ? columns : [{ name: '_', type: 'text' }];
  return {
    RangeFunction: {
      functions: [
        {
          List: {
            items: [
              {
                FuncCall: {
                  funcname: [{ String: { sval: 'json_to_recordset' } }],
                  args: [cast({ ParamRef: { number: parameter } }, 'json')],
                  funcformat: 'COERCE_EXPLICIT_CALL',
                },
              },
              {} as Node,
            ],
          },
        },
      ],
      alias: { aliasname: leaf.alias },
      coldeflist: listed.map(({ name, type }) => ({
        ColumnDef: {
          colname: name,
          typeName: { names: [{ String: { sval: typeNames[type] ?? type } }], typemod: -1 },
          is_local: true,
        },
      })),
    },
  };
}
