import { formatLocation } from '../../../lib/jinja/location.ts';
import { transformErrors } from '../errors.ts';
import type { Defects } from './defects.ts';
import type { PropertiesFile } from './loading.ts';
import type { DataTest, SingularTest } from './model.ts';
import type { Path } from './yaml.ts';

/** Columns that stand twice in one list: one of the two would be lost. */
export function checkColumnNames(files: readonly PropertiesFile[], defects: Defects): void {
  for (const file of files) {
    for (const { called, columns, path } of columnLists(file)) {
      const seen = new Set<string>();
      for (const [index, name] of columns.entries()) {
        if (name === undefined) continue;
        const key = name.toLowerCase();
        if (seen.has(key))
          defects.add(twice(`the column ${name} of ${called}`, file, [...path, index, 'name']));
        seen.add(key);
      }
    }
  }
}

interface ColumnList {
  readonly called: string;
  /** Undefined where an entry of a version includes columns. */
  readonly columns: readonly (string | undefined)[];
  readonly path: Path;
}

function columnLists({ properties }: PropertiesFile): ColumnList[] {
  const { models, seeds, sources } = properties;
  const list = (
    called: string,
    path: Path,
    columns: readonly (object & { readonly name?: string })[] = [],
  ): ColumnList => ({
    called,
    columns: columns.map(({ name }) => name),
    path: [...path, 'columns'],
  });
  return [
    ...models.flatMap((model, index) => [
      list(model.name, ['models', index], model.columns),
      ...model.versions.map((version, at) =>
        list(`${model.name}.v${version.v}`, ['models', index, 'versions', at], version.columns),
      ),
    ]),
    ...seeds.map((seed, index) => list(seed.name, ['seeds', index], seed.columns)),
    ...sources.flatMap((source, index) =>
      source.tables.map((table, at) =>
        list(`${source.name}.${table.name}`, ['sources', index, 'tables', at], table.columns),
      ),
    ),
  ];
}

function twice(what: string, file: PropertiesFile, path: Path): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `${what} is described a second time`,
    where: formatLocation(file.yaml.at(path)),
    remedy: 'Keep one of the entries.',
  });
}

/** Entries of one list by their names; a second one of a name is a defect. */
export function indexOnce<T extends { readonly file: PropertiesFile; readonly path: Path }>(
  what: string,
  entries: readonly (readonly [string, T])[],
  defects: Defects,
): ReadonlyMap<string, T> {
  const index = new Map<string, T>();
  for (const [name, entry] of entries) {
    if (index.has(name)) defects.add(twice(`the ${what} ${name}`, entry.file, entry.path));
    else index.set(name, entry);
  }
  return index;
}

/** Tests that are the same down to their arguments, and tests that would keep their failures in one table. */
export function checkDoubleTests(tests: readonly (DataTest | SingularTest)[], defects: Defects): void {
  const seen = new Map<string, DataTest | SingularTest>();
  for (const test of tests) {
    const { schema = '', alias = test.name, storeFailures } = test.config;
    const stored = `${schema} ${alias}`.toLowerCase();
    const before = seen.get(test.uniqueId) ?? (storeFailures ? seen.get(stored) : undefined);
    if (before === undefined) {
      seen.set(test.uniqueId, test);
      if (storeFailures) seen.set(stored, test);
    } else defects.add(sameTest(test, before));
  }
}

function sameTest(
  test: DataTest | SingularTest,
  before: DataTest | SingularTest,
): ReturnType<typeof transformErrors.error> {
  const isSame = test.uniqueId === before.uniqueId;
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: isSame
      ? `the test ${test.name} is declared a second time, first at ${placeOf(before)}`
      : `the tests ${before.name} (${placeOf(before)}) and ${test.name} would keep their failures in one table`,
    where: placeOf(test),
    remedy: isSame ? 'Keep one of them.' : 'Give one of them a name: or an alias of its own.',
  });
}

function placeOf(test: DataTest | SingularTest): string {
  return formatLocation({ file: test.file, line: 'line' in test ? test.line : 1, column: 1 });
}
