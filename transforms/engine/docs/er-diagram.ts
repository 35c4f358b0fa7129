import type { Model } from '../project/model.ts';
import { referencesOf, uniqueColumns } from './keys.ts';

/** The star as a mermaid picture: every model with its keys, every reference that a check guards. */
export function erDiagram(models: readonly Model[]): string {
  const names = new Set(models.map(({ name }) => name));
  return ['erDiagram', ...models.flatMap(entity), ...models.flatMap((model) => edges(model, names))].join(
    '\n',
  );
}

function entity(model: Model): string[] {
  const references = new Set(referencesOf(model).map(({ column }) => column));
  const unique = uniqueColumns(model);
  const keys = model.columns.flatMap(({ name, dataType }) => {
    const roles = [...(unique.has(name) ? ['PK'] : []), ...(references.has(name) ? ['FK'] : [])];
    return roles.length === 0 ? [] : [`    ${typeName(dataType)} ${name} ${roles.join(', ')}`];
  });
  return keys.length === 0 ? [`  ${model.name}`] : [`  ${model.name} {`, ...keys, '  }'];
}

/** Several columns that name the same model are one line between the two. */
function edges(model: Model, names: ReadonlySet<string>): string[] {
  const byTarget = new Map<string, string[]>();
  for (const { column, to } of referencesOf(model)) {
    if (names.has(to)) byTarget.set(to, [...(byTarget.get(to) ?? []), column]);
  }
  return [...byTarget].map(([to, columns]) => `  ${to} ||--o{ ${model.name} : "${columns.join(', ')}"`);
}

/** The picture's grammar knows no comma in a type. */
function typeName(dataType: string | undefined): string {
  return (dataType ?? 'unknown').replace(/\(.*/, '');
}
