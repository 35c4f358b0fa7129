import type { Loading, PropertiesFile } from './loading.ts';
import { describe } from './docs.ts';
import type { ColumnDoc } from './model.ts';
import type { PlacedColumn } from './model-entries.ts';

/** Columns as documented. */
export function toColumns(
  columns: readonly PlacedColumn[],
  file: PropertiesFile,
  { docs, defects }: Pick<Loading, 'docs' | 'defects'>,
): ColumnDoc[] {
  return columns.map(({ column, path }) => ({
    name: column.name,
    line: file.yaml.at(path).line,
    description: describe(column.description, () => file.yaml.at([...path, 'description']), docs, defects),
    dataType: column.data_type,
    constraints: column.constraints.map(({ type, expression, columns: among }) => ({
      type,
      expression,
      columns: among,
    })),
    tags: [...new Set([...column.tags, ...column.config.tags])],
    meta: { ...column.meta, ...column.config.meta },
  }));
}
