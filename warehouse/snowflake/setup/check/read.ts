import type { Row } from '../../../warehouse.ts';
import type { Item, ObjectType, Properties } from '../item.ts';
import type { Relation } from '../plan/relations.ts';
import { text } from './row.ts';

/** One statement to an account, and what its answer says. */
export interface Read {
  readonly sql: string;
  readonly items?: (rows: readonly Row[]) => readonly Item[];
  readonly relations?: (rows: readonly Row[]) => readonly Relation[];
}

/** Objects of a type among the rows, each with its owner; those without a name of the plan are none of its business. */
export function objects(
  type: ObjectType,
  names: ReadonlySet<string>,
  properties: (row: Row) => Properties,
  nameOf: (row: Row) => string = (row) => text(row, 'name'),
): (rows: readonly Row[]) => Item[] {
  return (rows) =>
    rows
      .filter((row) => names.has(nameOf(row)))
      .flatMap((row): Item[] => {
        const name = nameOf(row);
        const owner = text(row, 'owner');
        return [
          { item: 'object', type, name, properties: properties(row) },
          ...(owner === '' ? [] : [{ item: 'owner', on: type, name, role: owner } as const]),
        ];
      });
}

/** A name below a schema, from the columns in which SHOW has its parts. */
export function qualified(row: Row): string {
  return ['database_name', 'schema_name', 'name'].map((column) => text(row, column)).join('.');
}
