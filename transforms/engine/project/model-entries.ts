import { formatLocation } from '../../../lib/jinja/location.ts';
import { transformErrors } from '../errors.ts';
import type { Defects } from './defects.ts';
import type { PropertiesFile } from './loading.ts';
import type { ModelConfig } from './model.ts';
import type { ColumnProperties, ModelProperties, VersionProperties } from './property-schema.ts';
import type { Authored } from './settings.ts';
import type { Path } from './yaml.ts';

/** A documented column and where it stands. */
export interface PlacedColumn {
  readonly column: ColumnProperties;
  readonly path: Path;
}

/** A model's or a version's entry in a YAML file. */
export interface ModelEntry {
  readonly file: PropertiesFile;
  readonly path: Path;
  /** Key in Project.models. */
  readonly key: string;
  readonly baseName: string;
  readonly version: string | undefined;
  readonly latestVersion: string | undefined;
  readonly description: string;
  readonly group: string | undefined;
  readonly access: ModelConfig['access'] | undefined;
  /** Settings of the entry, the version's own last. */
  readonly settings: readonly { readonly values: Authored; readonly path: Path }[];
  readonly columns: readonly PlacedColumn[];
  readonly tests: readonly {
    readonly list: readonly unknown[];
    readonly path: Path;
    readonly column: string | undefined;
  }[];
}

/** Entries by the name of the file they describe; double ones are defects. */
export function indexEntries(
  files: readonly PropertiesFile[],
  defects: Defects,
): ReadonlyMap<string, ModelEntry> {
  const index = new Map<string, ModelEntry>();
  for (const file of files) {
    for (const [position, properties] of file.properties.models.entries()) {
      for (const [name, entry] of toEntries(file, properties, ['models', position], defects)) {
        const before = index.get(name);
        if (before === undefined) index.set(name, entry);
        else defects.add(describedTwice(entry, before));
      }
    }
  }
  return index;
}

function describedTwice(entry: ModelEntry, before: ModelEntry): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `${entry.key} is described a second time, first at ${formatLocation(before.file.yaml.at(before.path))}`,
    where: formatLocation(entry.file.yaml.at(entry.path)),
    remedy: 'Keep one of the entries.',
  });
}

function toEntries(
  file: PropertiesFile,
  properties: ModelProperties,
  path: Path,
  defects: Defects,
): [string, ModelEntry][] {
  const { name, versions } = properties;
  const base = {
    file,
    path,
    key: name,
    baseName: name,
    version: undefined,
    latestVersion: undefined,
    description: properties.description,
    group: properties.group,
    access: properties.access,
    settings: settingsOf(properties, path),
    columns: placed(properties.columns, [...path, 'columns']),
    tests: [...testLists(properties, path), ...columnTests(placed(properties.columns, [...path, 'columns']))],
  };
  if (versions.length === 0) return [[name, base]];
  const latest = properties.latest_version ?? newest(versions);
  if (!versions.some((each) => each.v === latest)) {
    defects.add(
      transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
        message: `${name}: latest_version ${latest} is none of its versions ${versions.map((each) => each.v).join(', ')}`,
        where: formatLocation(file.yaml.at([...path, 'latest_version'])),
      }),
    );
  }
  return versions.map((version, index): [string, ModelEntry] => [
    version.defined_in ?? `${name}_v${version.v}`,
    versionEntry(base, properties, version, latest, [...path, 'versions', index]),
  ]);
}

function versionEntry(
  base: ModelEntry,
  properties: ModelProperties,
  version: VersionProperties,
  latest: string,
  path: Path,
): ModelEntry {
  const own = [...(version.data_tests ?? []), ...(version.tests ?? [])];
  const columns = columnsOf(base, version, path);
  const modelTests = base.tests.filter((each) => each.column === undefined);
  return {
    ...base,
    path,
    key: `${properties.name}.v${version.v}`,
    version: version.v,
    latestVersion: latest,
    description: version.description ?? base.description,
    access: version.access ?? base.access,
    settings: [...base.settings, { values: version.config, path: [...path, 'config'] }],
    columns,
    // A version's tests take the place of the model's; its columns' tests go with its columns.
    tests: [
      ...(version.data_tests === undefined && version.tests === undefined
        ? modelTests
        : [
            {
              list: own,
              path: [...path, version.data_tests === undefined ? 'tests' : 'data_tests'],
              column: undefined,
            },
          ]),
      ...columnTests(columns),
    ],
  };
}

/** A version's columns: those of the model that it includes, and its own. */
function columnsOf(base: ModelEntry, version: VersionProperties, path: Path): ModelEntry['columns'] {
  if (version.columns === undefined) return base.columns;
  return version.columns.flatMap((each, index) => {
    if (!('include' in each)) return [{ column: each, path: [...path, 'columns', index] }];
    const isIncluded = (name: string): boolean => !Array.isArray(each.include) || each.include.includes(name);
    return base.columns.filter(({ column: { name } }) => isIncluded(name) && !each.exclude.includes(name));
  });
}

/** Columns of one list with their paths. */
export function placed(columns: readonly ColumnProperties[], path: Path): PlacedColumn[] {
  return columns.map((column, index) => ({ column, path: [...path, index] }));
}

function settingsOf(properties: ModelProperties, path: Path): ModelEntry['settings'] {
  const { tags, meta } = properties;
  const beside = { ...(tags.length > 0 ? { tags } : {}), ...(Object.keys(meta).length > 0 ? { meta } : {}) };
  return [
    { values: beside, path },
    { values: properties.config, path: [...path, 'config'] },
  ];
}

/** The two names under which dbt takes a list of tests. */
export function testLists(
  {
    data_tests: dataTests,
    tests,
  }: { readonly data_tests: readonly unknown[]; readonly tests: readonly unknown[] },
  path: Path,
): ModelEntry['tests'] {
  return [
    { list: dataTests, path: [...path, 'data_tests'], column: undefined },
    { list: tests, path: [...path, 'tests'], column: undefined },
  ];
}

/** Tests on columns, each list under its column. */
export function columnTests(columns: readonly PlacedColumn[]): ModelEntry['tests'] {
  return columns.flatMap(({ column, path }) =>
    testLists(column, path).map((each) => ({ ...each, column: column.name })),
  );
}

function newest(versions: readonly VersionProperties[]): string {
  const sorted = versions
    .map((each) => each.v)
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return sorted.at(-1) ?? '';
}
