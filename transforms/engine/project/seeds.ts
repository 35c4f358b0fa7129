import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { toColumns } from './columns.ts';
import { seedConfigSchema } from './config-schema.ts';
import { readTests } from './data-tests.ts';
import type { Defects } from './defects.ts';
import { describe } from './docs.ts';
import { indexOnce } from './double-entries.ts';
import { checksumOf } from './files.ts';
import type { SourceFile } from './files.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { Model } from './model.ts';
import { toModelConfig } from './model-config.ts';
import { columnTests, placed, testLists } from './model-entries.ts';
import type { SeedProperties } from './property-schema.ts';
import { mergeSettings, readSettings } from './settings.ts';
import type { Authored } from './settings.ts';
import { placesIn } from './validate.ts';
import { isRecord } from './yaml.ts';
import type { Path } from './yaml.ts';

/** A seed's entry in a YAML file. */
export interface SeedEntry {
  readonly file: PropertiesFile;
  readonly properties: SeedProperties;
  readonly path: Path;
}

/** Entries of seeds by name; double ones are defects. */
export function indexSeeds(
  files: readonly PropertiesFile[],
  defects: Defects,
): ReadonlyMap<string, SeedEntry> {
  const entries = files.flatMap((file) =>
    file.properties.seeds.map(
      (properties, index) => [properties.name, { file, properties, path: ['seeds', index] }] as const,
    ),
  );
  return indexOnce('seed', entries, defects);
}

/** The model of one CSV file; undefined where it is disabled. Unlike models, a seed needs no entry. */
export function toSeed(
  source: SourceFile,
  entry: SeedEntry | undefined,
  loading: Loading,
): Model | { readonly disabled: string } {
  const { projectName, trees, render, defects, environment, docs } = loading;
  const { base: name } = source;
  const kind = { schema: seedConfigSchema, render, defects, onWarning: environment.onWarning };
  const fqn = [projectName, ...source.folders, name];
  const own =
    entry === undefined
      ? []
      : entrySettings(entry).map(({ values, path }) =>
          readSettings(values, placesIn(entry.file.yaml, path, name), kind),
        );
  const settings = mergeSettings([...trees.seeds.levelsOf(fqn), ...own]);
  if (settings['enabled'] === false) return { disabled: name };
  const target = {
    attachedTo: { kind: 'model' as const, name },
    named: name,
    written: `ref('${name}')`,
    fqn,
  };
  const columns = entry === undefined ? [] : placed(entry.properties.columns, [...entry.path, 'columns']);
  const lists =
    entry === undefined ? [] : [...testLists(entry.properties, entry.path), ...columnTests(columns)];
  return {
    name,
    uniqueId: `seed.${projectName}.${name}`,
    baseName: name,
    version: undefined,
    layer: 'seeds',
    file: source.file,
    properties:
      entry === undefined
        ? undefined
        : { file: entry.file.yaml.file, line: entry.file.yaml.at(entry.path).line },
    description:
      entry === undefined
        ? ''
        : describe(
            entry.properties.description,
            () => entry.file.yaml.at([...entry.path, 'description']),
            docs,
            defects,
          ),
    materialization: toMaterialization(settings),
    config: toModelConfig(
      {
        baseName: name,
        version: undefined,
        layer: 'seeds',
        group: entry?.properties.group,
        access: undefined,
        uniqueId: `seed.${projectName}.${name}`,
        file: source.file,
        folders: source.folders,
      },
      settings,
      loading,
    ),
    columns: entry === undefined ? [] : toColumns(columns, entry.file, loading),
    tests:
      entry === undefined
        ? []
        : lists.flatMap(({ list, path, column }) =>
            readTests(list, path, { ...target, column }, entry.file, loading),
          ),
    template: parseTemplate('', source.file),
    rawCode: source.text,
    callsTouched: false,
    checksum: checksumOf(source.text),
    refs: [],
    sources: [],
  };
}

function toMaterialization(settings: Authored): Model['materialization'] {
  const { column_types: types, delimiter, quote_columns: quoteColumns } = settings;
  const columnTypes = Object.entries(isRecord(types) ? types : {}).map(
    ([column, type]) => [column, String(type)] as const,
  );
  return {
    kind: 'seed',
    columnTypes: Object.fromEntries(columnTypes),
    ...(typeof delimiter === 'string' ? { delimiter } : {}),
    ...(typeof quoteColumns === 'boolean' ? { quoteColumns } : {}),
  };
}

function entrySettings({ properties, path }: SeedEntry): { values: Record<string, unknown>; path: Path }[] {
  const { tags, meta, config } = properties;
  const beside = { ...(tags.length > 0 ? { tags } : {}), ...(Object.keys(meta).length > 0 ? { meta } : {}) };
  return [
    { values: beside, path },
    { values: config, path: [...path, 'config'] },
  ];
}
