import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { testSettings, testSettingsKind } from './data-tests.ts';
import type { Defects } from './defects.ts';
import { describe } from './docs.ts';
import { indexOnce } from './double-entries.ts';
import { discover } from './discover.ts';
import type { Discovery } from './discover.ts';
import { checksumOf } from './files.ts';
import type { SourceFile } from './files.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { SingularTest } from './model.ts';
import type { SingularTestProperties } from './property-schema.ts';
import { mergeSettings, readSettings } from './settings.ts';
import { toTestConfig } from './tests-config.ts';
import { placesAt } from './validate.ts';
import type { Path } from './yaml.ts';

/** A test of its own before its refs are resolved. */
export interface TestDraft {
  readonly test: SingularTest;
  readonly discovery: Discovery;
}

/** What a YAML file says of a test of its own; `path` leads to the entry, for the places of errors. */
export interface SingularEntry {
  readonly file: PropertiesFile;
  readonly properties: SingularTestProperties;
  readonly path: Path;
}

/** Entries of singular tests by name; double ones are defects. */
export function indexSingularTests(
  files: readonly PropertiesFile[],
  defects: Defects,
): ReadonlyMap<string, SingularEntry> {
  const entries = files.flatMap((file) =>
    (['data_tests', 'tests'] as const).flatMap((list) =>
      file.properties[list].map(
        (properties, index) => [properties.name, { file, properties, path: [list, index] }] as const,
      ),
    ),
  );
  return indexOnce('test', entries, defects);
}

/** The test of one SQL file under the test paths; undefined where it is disabled or has a defect. */
export function draftTest(
  source: SourceFile,
  entry: SingularEntry | undefined,
  loading: Loading,
): TestDraft | undefined {
  const { environment, macros, trees, defects, projectName } = loading;
  return defects.try(() => {
    const template = parseTemplate(source.text, source.file);
    const outer = [
      ...trees.data_tests.levelsOf([projectName, ...source.folders, source.base]),
      ...(entry === undefined
        ? []
        : [testSettings(entry.properties.config, [...entry.path, 'config'], entry.file, loading)]),
    ];
    const discovery = discover(
      template,
      { environment, macros },
      { settings: mergeSettings(outer), self: undefined },
    );
    const kind = testSettingsKind(loading);
    const inFile = discovery.configs.map(({ values, at }) =>
      readSettings(values, placesAt(at, source.base), kind),
    );
    const { enabled, ...config } = toTestConfig([...outer, ...inFile]);
    if (!enabled) return undefined;
    const test: SingularTest = {
      name: source.base,
      uniqueId: `test.${projectName}.${source.base}`,
      file: source.file,
      description:
        entry === undefined
          ? ''
          : describe(
              entry.properties.description,
              () => entry.file.yaml.at([...entry.path, 'description']),
              loading.docs,
              defects,
            ),
      rawCode: source.text,
      checksum: checksumOf(source.text),
      macros: discovery.macros,
      template,
      refs: [],
      sources: [...new Set(discovery.sources.map((each) => each.name))],
      config,
    };
    return { test, discovery };
  });
}
