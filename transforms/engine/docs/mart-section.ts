import type { Materialization, Model, Project } from '../project/model.ts';
import { acceptedValues, referencesOf, uniqueColumns } from './keys.ts';
import { markdownTable } from './markdown.ts';
import { originsOf, tablesBySystem } from './star-lineage.ts';

/** How a table of that kind is kept, in words. */
const kept: Readonly<Record<string, string>> = {
  keys_touched: 'only the keys that a change touches are computed anew',
  scd2: 'versions with half-open validity, rebuilt from the change log for touched keys',
  table: 'computed whole when an input changed',
  seed: 'rows of a CSV file of the project',
  view: 'a view',
};

/** One mart: what a row is, who answers for it, what it is made from, and its columns. */
export function martSection(project: Project, model: Model): string {
  const { models, tables } = originsOf(project, model.name);
  const from = [...tablesBySystem(tables), ...(models.length > 0 ? [`models: ${models.join(', ')}`] : [])];
  return `### ${model.name}

${model.description}

- Owner: ${textOf(model.config.meta['owner']) ?? 'nobody named'}
- Kept: ${storage(model.materialization)}
- Made from: ${from.length > 0 ? from.join('; ') : 'nothing loaded'}

${columnTable(model)}`;
}

function columnTable(model: Model): string {
  const unique = uniqueColumns(model);
  const references = new Map(referencesOf(model).map(({ column, to }) => [column, to]));
  const rows = model.columns.map(({ name, dataType, description, meta }) => {
    const target = references.get(name);
    const key = [...(unique.has(name) ? ['key'] : []), ...(target === undefined ? [] : [`to ${target}`])];
    const values = acceptedValues(model.tests, name);
    const meaning = values === undefined ? description : `${description} One of: ${values}.`;
    return [
      `\`${name}\``,
      dataType ?? '',
      textOf(meta['classification']) ?? 'internal',
      key.join(', '),
      meaning,
    ];
  });
  return markdownTable(['column', 'type', 'class', 'key', 'meaning'], rows);
}

function storage(materialization: Materialization): string {
  const kind = materialization.kind === 'incremental' ? materialization.strategy : materialization.kind;
  return `${kind}; ${kept[kind] ?? 'as dbt does'}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
