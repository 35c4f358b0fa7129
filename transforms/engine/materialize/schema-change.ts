import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import type { Model, OnSchemaChange } from '../project/model.ts';
import { materializeErrors } from './errors.ts';
import { describeDifference, shapeDifference } from './shape.ts';
import type { Column, ShapeDifference } from './shape.ts';

/** A column of the table as it will be, and where its values come from. */
export interface TargetColumn extends Column {
  readonly from: 'select' | 'table' | 'new in select';
}

export interface SchemaChange {
  readonly columns: readonly TargetColumn[];
  readonly isChanged: boolean;
  /** What a table needs to get from its columns to these. */
  readonly ddl: (table: string) => string[];
}

/** Which differences a mode refuses. */
const refused: Readonly<Record<OnSchemaChange, (difference: ShapeDifference) => ShapeDifference>> = {
  fail: (difference) => difference,
  // Without the column the insert could only guess its value.
  ignore: ({ removed }) => ({ added: [], removed, retyped: [] }),
  append_new_columns: () => ({ added: [], removed: [], retyped: [] }),
  sync_all_columns: () => ({ added: [], removed: [], retyped: [] }),
};

/**
 * dbt's on_schema_change for a table that rows are added to. fail: any difference is an error. ignore: new columns are
 * left out. append_new_columns: new ones are added, those that are gone stay and get nulls, types stay.
 * sync_all_columns: the table takes the columns of the SELECT.
 */
export function resolveSchemaChange(
  model: Model,
  table: readonly Column[],
  select: readonly Column[],
): SchemaChange {
  const mode = model.config.onSchemaChange;
  const difference = shapeDifference(table, select);
  mustAllow(model, refused[mode](difference));
  const isSync = mode === 'sync_all_columns';
  const gone = new Set(difference.removed.map(({ name }) => name));
  const retyped = new Map(isSync ? difference.retyped.map(({ name, to }) => [name, to] as const) : []);
  const added = mode === 'ignore' ? [] : difference.added;
  const kept = table.filter(({ name }) => !isSync || !gone.has(name));
  return {
    columns: [
      ...kept.map(({ name, type }) => ({
        name,
        type: retyped.get(name) ?? type,
        from: gone.has(name) ? ('table' as const) : ('select' as const),
      })),
      ...added.map((column) => ({ ...column, from: 'new in select' as const })),
    ],
    isChanged: added.length > 0 || kept.length < table.length || retyped.size > 0,
    ddl: (name) => [
      ...added.map(
        (column) => `alter table ${name} add column ${quoteIdentifier(column.name)} ${column.type}`,
      ),
      ...(isSync ? difference.removed : []).map(
        (column) => `alter table ${name} drop column ${quoteIdentifier(column.name)}`,
      ),
      ...[...retyped].map(
        ([column, type]) =>
          `alter table ${name} alter column ${quoteIdentifier(column)} set data type ${type}`,
      ),
    ],
  };
}

/** A column of rows `alias`, whose own type is among `types`, as the table has it. */
export function asTargetColumn(
  alias: string,
  { name, type }: Column,
  types: ReadonlyMap<string, string>,
): string {
  const column = `${alias}.${quoteIdentifier(name)}`;
  return types.get(name) === type ? column : `cast(${column} as ${type})`;
}

/** The rows of a relation of other columns as the table will have them: by name, in the table's order. */
export function inTableShape({ columns }: SchemaChange, relation: string, select: readonly Column[]): string {
  const types = new Map(select.map(({ name, type }) => [name, type]));
  const values = columns.map((column) => {
    const value =
      column.from === 'table' ? `cast(null as ${column.type})` : asTargetColumn('s', column, types);
    return `${value} as ${quoteIdentifier(column.name)}`;
  });
  return `select ${values.join(', ')} from ${relation} as s`;
}

/**
 * The same modes for a model that is rebuilt whole when its definition changes, so that its table always takes the
 * columns of the SELECT: fail refuses any difference, append_new_columns what is not a new column.
 */
export function mustAllowRebuild(model: Model, table: readonly Column[], select: readonly Column[]): void {
  const mode = model.config.onSchemaChange;
  const difference = shapeDifference(table, select);
  if (mode === 'fail') mustAllow(model, difference);
  if (mode === 'append_new_columns') mustAllow(model, { ...difference, added: [] });
}

function mustAllow(model: Model, difference: ShapeDifference): void {
  const lines = describeDifference(difference);
  if (lines.length === 0) return;
  throw materializeErrors.error('TRANSFORM_SCHEMA_CHANGED', {
    message: `${model.name} (on_schema_change: ${model.config.onSchemaChange}) has other columns than its table: ${lines.join('; ')}`,
    where: model.file,
  });
}
