import type { Model } from '../project/model.ts';
import { referencesOf, uniqueColumns } from './keys.ts';
import type { Reference } from './keys.ts';

/** What columns name that no check guards, since all of their values are members: of each column the model. */
type Named = ReadonlyMap<string, string>;

/** The calendar's days are named by every date. */
const calendar = 'dim_date';

/**
 * The star as a mermaid picture: every model with its keys, every reference that a check guards, and what columns name
 * by being called as a dimension's key is, or as a model itself.
 */
export function erDiagram(models: readonly Model[]): string {
  const names = new Set(models.map(({ name }) => name));
  const named = namedIn(models);
  const shown = models.map((model) => ({ model, references: referencesIn(model, named, names) }));
  return ['erDiagram', ...shown.flatMap(entity), ...shown.flatMap(edges)].join('\n');
}

/** A dimension is named by its key where a model holds that, else by the value that its key is made of. */
function namedIn(models: readonly Model[]): Named {
  const dimensions = models.filter(({ name }) => name.startsWith('dim_') && name !== calendar);
  const namings = dimensions.flatMap((dimension) => {
    const unique = [...uniqueColumns(dimension)];
    const keys = unique.filter(
      (column) => column.endsWith('_key') && isHeldBeside(models, dimension, column),
    );
    return (keys.length > 0 ? keys : unique).map((column) => [column, dimension.name] as const);
  });
  return new Map([...models.map(({ name }) => [name, name] as const), ...namings]);
}

function isHeldBeside(models: readonly Model[], dimension: Model, column: string): boolean {
  return models.some((model) => model !== dimension && model.columns.some(({ name }) => name === column));
}

function referencesIn(model: Model, named: Named, names: ReadonlySet<string>): readonly Reference[] {
  const guarded = referencesOf(model).filter(({ to }) => names.has(to));
  const known = new Set(guarded.map(({ column }) => column));
  const others = model.columns.flatMap(({ name, dataType }) => {
    const to = dataType === 'date' ? calendar : named.get(name);
    const isOther = to !== undefined && to !== model.name && names.has(to) && !known.has(name);
    return isOther ? [{ column: name, to }] : [];
  });
  return [...guarded, ...others];
}

interface Shown {
  readonly model: Model;
  readonly references: readonly Reference[];
}

function entity({ model, references }: Shown): string[] {
  const naming = new Set(references.map(({ column }) => column));
  const unique = uniqueColumns(model);
  const keys = model.columns.flatMap(({ name, dataType }) => {
    const roles = [...(unique.has(name) ? ['PK'] : []), ...(naming.has(name) ? ['FK'] : [])];
    return roles.length === 0 ? [] : [`    ${typeName(dataType)} ${name} ${roles.join(', ')}`];
  });
  return keys.length === 0 ? [`  ${model.name}`] : [`  ${model.name} {`, ...keys, '  }'];
}

/** Several columns that name the same model are one line between the two. */
function edges({ model, references }: Shown): string[] {
  const byTarget = new Map<string, string[]>();
  for (const { column, to } of references) byTarget.set(to, [...(byTarget.get(to) ?? []), column]);
  return [...byTarget].map(([to, columns]) => `  ${to} ||--o{ ${model.name} : "${columns.join(', ')}"`);
}

/** The picture's grammar knows no comma in a type. */
function typeName(dataType: string | undefined): string {
  return (dataType ?? 'unknown').replace(/\(.*/, '');
}
