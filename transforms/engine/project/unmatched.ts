import { formatLocation } from '../../../lib/jinja/location.ts';
import { transformErrors } from '../errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { ModelEntry } from './model-entries.ts';
import type { SeedEntry } from './seeds.ts';
import type { SingularEntry } from './singular-tests.ts';
import type { Path } from './yaml.ts';

/** Names that the files of a project have. */
export interface FileNames {
  readonly models: readonly string[];
  readonly seeds: readonly string[];
  readonly tests: readonly string[];
}

/** An entry of a YAML file that describes no file. */
interface Unmatched {
  readonly what: string;
  readonly near: string | undefined;
  readonly file: PropertiesFile;
  readonly path: Path;
  /** Something would be lost with it in silence: tests, or a version that refs lead to. */
  readonly isLoss: boolean;
}

/** Entries of YAML files by the names of the files they describe. */
export interface Entries {
  readonly models: ReadonlyMap<string, ModelEntry>;
  readonly seeds: ReadonlyMap<string, SeedEntry>;
  readonly tests: ReadonlyMap<string, SingularEntry>;
  readonly files: readonly PropertiesFile[];
}

/** Entries that describe nothing: most often a misspelt name. One with tests is refused, any other is told of. */
export function checkEntries(entries: Entries, names: FileNames, loading: Loading): void {
  const unmatched = [
    ...unmatchedModels(entries.models, names),
    ...unmatchedSeeds(entries.seeds, names),
    ...unmatchedTests(entries.tests, names),
    ...unmatchedMacros(entries.files, loading),
  ];
  for (const { what, near, file, path, isLoss } of unmatched) {
    const message = `${what} matches no node${near === undefined ? '' : `; did you mean ${near}?`}`;
    const where = formatLocation(file.yaml.at(path));
    if (isLoss) loading.defects.add(lost(message, where));
    else loading.environment.onWarning(`${where}: ${message}`);
  }
}

function lost(message: string, where: string): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
    message,
    where,
    remedy: 'Correct the name, add the file, or remove the entry: its tests would never run.',
  });
}

function unmatchedModels(entries: Entries['models'], { models, seeds }: FileNames): Unmatched[] {
  return Array.from(entries)
    .filter(([name]) => !models.includes(name))
    .map(([name, { file, path, tests, version, baseName }]) => ({
      what:
        version === undefined
          ? `the model ${name}`
          : `version ${version} of ${baseName}, which should be in ${name}.sql,`,
      near: nearest(
        name,
        [...models, ...seeds].filter((each) => !entries.has(each)),
      ),
      file,
      path,
      isLoss: version !== undefined || hasTests(tests),
    }));
}

function unmatchedSeeds(entries: Entries['seeds'], { seeds }: FileNames): Unmatched[] {
  return Array.from(entries)
    .filter(([name]) => !seeds.includes(name))
    .map(([name, { file, path, properties }]) => ({
      what: `the seed ${name}`,
      near: nearest(name, seeds),
      file,
      path,
      isLoss: hasTests(
        [properties, ...properties.columns].flatMap((each) => [
          { list: each.data_tests },
          { list: each.tests },
        ]),
      ),
    }));
}

function unmatchedTests(entries: Entries['tests'], { tests }: FileNames): Unmatched[] {
  return Array.from(entries)
    .filter(([name]) => !tests.includes(name))
    .map(([name, { file, path }]) => ({
      what: `the test ${name}`,
      near: nearest(name, tests),
      file,
      path,
      isLoss: false,
    }));
}

function unmatchedMacros(files: readonly PropertiesFile[], { macros }: Loading): Unmatched[] {
  const isKnown = (name: string): boolean => macros.has(name) || macros.has(`test_${name}`);
  return files.flatMap((file) =>
    file.properties.macros.flatMap(({ name }, index) =>
      isKnown(name)
        ? []
        : {
            what: `the macro ${name}`,
            near: nearest(name, macros.keys()),
            file,
            path: ['macros', index],
            isLoss: false,
          },
    ),
  );
}

function hasTests(lists: readonly { readonly list: readonly unknown[] }[]): boolean {
  return lists.some(({ list }) => list.length > 0);
}
