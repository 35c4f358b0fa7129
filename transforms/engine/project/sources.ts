import { toColumns } from './columns.ts';
import type { z } from 'zod';
import { sourceConfigSchema } from './config-schema.ts';
import type { freshnessSchema } from './config-schema.ts';
import { readTests } from './data-tests.ts';
import { describe } from './docs.ts';
import { transformErrors } from '../errors.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { rawTable } from '../warehouse/relations.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { SourceTable } from './model.ts';
import { columnTests, placed, testLists } from './model-entries.ts';
import type { SourceProperties, TableProperties } from './property-schema.ts';
import { mergeSettings, readSettings, textsOf, unsupported } from './settings.ts';
import { placesIn } from './validate.ts';
import type { Path } from './yaml.ts';

/** The raw tables declared in some properties files, by `source.table`; disabled ones are left out. */
export function readSources(
  files: readonly PropertiesFile[],
  loading: Loading,
): ReadonlyMap<string, SourceTable> {
  const tables = new Map<string, SourceTable>();
  for (const file of files) {
    for (const [position, source] of file.properties.sources.entries()) {
      for (const [index, table] of source.tables.entries()) {
        const path = ['sources', position, 'tables', index];
        const made = toTable(source, table, file, path, loading);
        if (made === undefined) continue;
        if (tables.has(made.name))
          loading.defects.add(declaredTwice(made.name, formatLocation(file.yaml.at(path))));
        tables.set(made.name, made);
      }
    }
  }
  return tables;
}

function declaredTwice(name: string, where: string): ReturnType<typeof transformErrors.error> {
  const message = `the source table ${name} is declared a second time`;
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message,
    where,
    remedy: 'Keep one of the entries.',
  });
}

function toTable(
  source: SourceProperties,
  table: TableProperties,
  file: PropertiesFile,
  path: Path,
  loading: Loading,
): SourceTable | undefined {
  const { projectName, docs, defects, trees } = loading;
  const name = `${source.name}.${table.name}`;
  const sourcePath = path.slice(0, 2);
  const kind = {
    schema: sourceConfigSchema,
    render: loading.render,
    defects,
    onWarning: loading.environment.onWarning,
  };
  const settings = mergeSettings([
    ...trees.sources.levelsOf([projectName, source.name, table.name]),
    readSettings(source.config, placesIn(file.yaml, [...sourcePath, 'config'], source.name), kind),
    readSettings(table.config, placesIn(file.yaml, [...path, 'config'], name), kind),
  ]);
  if (settings['enabled'] === false) return undefined;
  mustBeRawTable(source, table, file, path, loading);
  const columns = placed(table.columns, [...path, 'columns']);
  const target = {
    attachedTo: { kind: 'source' as const, name },
    named: `${source.name}_${table.name}`,
    written: `source('${source.name}', '${table.name}')`,
    fqn: [projectName, source.name, table.name],
  };
  const lists = [...testLists(table, path), ...columnTests(columns)];
  return {
    name,
    uniqueId: `source.${projectName}.${name}`,
    sourceName: source.name,
    tableName: table.name,
    description: describe(table.description, () => file.yaml.at([...path, 'description']), docs, defects),
    columns: toColumns(columns, file, loading),
    tests: lists.flatMap(({ list, path: at, column }) =>
      readTests(list, at, { ...target, column }, file, loading),
    ),
    freshness: toFreshness(source, table, settings['freshness']),
    loadedAtField: textOr(settings['loaded_at_field'], table.loaded_at_field, source.loaded_at_field),
    loadedAtQuery: textOr(settings['loaded_at_query'], table.loaded_at_query, source.loaded_at_query),
    tags: [...new Set([...source.tags, ...table.tags, ...textsOf(settings['tags'])])],
    meta: { ...source.meta, ...table.meta, ...(settings['meta'] as Record<string, unknown> | undefined) },
    file: file.yaml.file,
    line: file.yaml.at(path).line,
  };
}

/** The loader names the raw tables: what says otherwise would be read from nowhere. */
function mustBeRawTable(
  source: SourceProperties,
  table: TableProperties,
  file: PropertiesFile,
  path: Path,
  { defects, environment }: Loading,
): void {
  const name = `${source.name}.${table.name}`;
  const [schema = '', identifier = ''] = rawTable(name).split('.');
  const above = path.slice(0, 2);
  const checks = [
    { key: 'schema', said: source.schema, is: schema, at: above },
    { key: 'database', said: source.database, is: environment.target.database, at: above },
    { key: 'identifier', said: table.identifier, is: identifier, at: path },
  ];
  for (const { key, said, is, at } of checks) {
    if (said === undefined || said.toLowerCase() === is.toLowerCase()) continue;
    const called = at === path ? name : source.name;
    const reason = `the loader lands ${name} in ${schema}.${identifier}`;
    const place = file.yaml.atKey([...at, key]);
    const message = `${called}: ${key}: ${said} is not supported: ${reason}`;
    defects.add(unsupported(message, `Take ${key}: away, or say ${is}.`, place));
  }
  for (const { said, at } of [
    { said: source.quoting, at: above },
    { said: table.quoting, at: path },
  ]) {
    if (said === undefined) continue;
    const place = formatLocation(file.yaml.atKey([...at, 'quoting']));
    environment.onWarning(`${place}: quoting has no effect here`);
  }
}

/** A table's own limits over its source's, those under config over both, one by one; null takes them away. */
function toFreshness(
  source: SourceProperties,
  table: TableProperties,
  configured: unknown,
): SourceTable['freshness'] {
  if (table.freshness === null || configured === null) return undefined;
  const merged: z.infer<typeof freshnessSchema> = {
    ...source.freshness,
    ...table.freshness,
    ...configured,
  };
  const { warn_after: warnAfter, error_after: errorAfter, filter } = merged;
  if ((warnAfter ?? errorAfter ?? undefined) === undefined) return undefined;
  return {
    warnAfter: warnAfter ?? undefined,
    errorAfter: errorAfter ?? undefined,
    filter: filter ?? undefined,
  };
}

function textOr(...values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string');
}
