import { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { testConfigSchema } from './config-schema.ts';
import { settingsInMacro } from './custom-test.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import { builtInName, nativeTests } from './macros.ts';
import type { DataTest } from './model.ts';
import { readSettings } from './settings.ts';
import type { Authored, SettingsKind } from './settings.ts';
import { shortName, testId, testName } from './test-names.ts';
import { toTestConfig } from './tests-config.ts';
import { placesIn, validate } from './validate.ts';
import { isRecord, own } from './yaml.ts';
import type { Path } from './yaml.ts';

/** What tests of one entry stand on. */
export interface TestTarget {
  readonly attachedTo: DataTest['attachedTo'];
  /** As dbt names it in the tests' names: `dim_date`, `shop_orders` of a source. */
  readonly named: string;
  /** As dbt writes it in the tests' hashes: `ref('dim_date')`. */
  readonly written: string;
  readonly column: string | undefined;
  readonly fqn: readonly string[];
}

const body = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  config: z.record(z.string(), z.unknown()).default({}),
});

const bare: z.output<typeof body> = { arguments: {}, config: {} };

/** The generic tests declared in one list; disabled ones are left out, defects are collected. */
export function readTests(
  list: readonly unknown[],
  path: Path,
  target: TestTarget,
  file: PropertiesFile,
  loading: Loading,
): DataTest[] {
  return list.flatMap((entry, index) => readTest(entry, [...path, index], target, file, loading) ?? []);
}

function readTest(
  entry: unknown,
  path: Path,
  target: TestTarget,
  file: PropertiesFile,
  loading: Loading,
): DataTest | undefined {
  const { defects } = loading;
  const form = formOf(entry);
  if (form === undefined) {
    defects.add(
      projectErrors.error('PROJECT_SETTING_INVALID', {
        message: `${target.named}: a data test is a name, or one name with its arguments and config`,
        where: formatLocation(file.yaml.at(path)),
      }),
    );
    return undefined;
  }
  const inside = [...path, ...form.path];
  const { kind } = form;
  if (!knowsTest(kind, path, file, loading)) return undefined;
  const strays = strayArguments(form.body);
  if (strays.length > 0) {
    defects.add(misplaced(`${target.named}: ${kind}`, strays, file, inside));
    return undefined;
  }
  // Most tests are a name only: nothing of them needs checking.
  const valid =
    typeof entry === 'string'
      ? bare
      : validate(body, form.body, placesIn(file.yaml, inside, `${target.named}: ${kind}`), defects);
  if (valid === undefined) return undefined;
  const levels = [
    ...loading.trees.data_tests.levelsOf([...target.fqn, ...(valid.name === undefined ? [] : [valid.name])]),
    ...(Object.keys(valid.config).length === 0
      ? []
      : [testSettings(valid.config, [...inside, 'config'], file, loading)]),
  ];
  const { enabled, ...config } = toTestConfig(levels);
  if (!enabled) return undefined;
  const test = toDataTest(kind, valid, target, config, file, path, loading);
  return nativeTests.has(builtInName(kind)) ? test : withOwnSettings(test, levels, loading);
}

/** What a test of the project says of itself by config() holds where its uses do not say otherwise. */
function withOwnSettings(
  test: DataTest,
  levels: readonly Authored[],
  loading: Loading,
): DataTest | undefined {
  const inMacro = settingsInMacro(test, loading, testSettingsKind(loading));
  if (inMacro.length === 0) return test;
  const { enabled, ...config } = toTestConfig([...inMacro, ...levels]);
  return enabled ? { ...test, config } : undefined;
}

interface Form {
  readonly kind: string;
  readonly body: unknown;
  /** From the entry to its body. */
  readonly path: Path;
}

/** dbt's three forms: `unique`, `unique: {...}` and `{test_name: unique, ...}`. */
function formOf(entry: unknown): Form | undefined {
  if (typeof entry === 'string') return { kind: entry, body: {}, path: [] };
  if (!isRecord(entry)) return undefined;
  const named = own(entry, 'test_name');
  if (typeof named === 'string') {
    const { test_name: _, ...rest } = entry;
    return { kind: named, body: rest, path: [] };
  }
  const [only, ...others] = Object.entries(entry);
  if (only === undefined || others.length > 0) return undefined;
  return { kind: only[0], body: only[1] ?? {}, path: [only[0]] };
}

function knowsTest(kind: string, path: Path, file: PropertiesFile, { macros, defects }: Loading): boolean {
  if (nativeTests.has(builtInName(kind)) || macros.has(`test_${kind}`)) return true;
  const ofProject = [...macros.values()]
    .filter((macro) => macro.kind === 'test')
    .map((macro) => macro.name.slice(5));
  const near = nearest(kind, [...nativeTests, ...ofProject]);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const isPackaged = kind.includes('.');
  defects.add(
    projectErrors.error(isPackaged ? 'PROJECT_UNSUPPORTED' : 'PROJECT_UNKNOWN_KEY', {
      message: isPackaged
        ? `the test ${kind} belongs to a package, and packages are not loaded`
        : `there is no test ${kind}${hint}`,
      where: formatLocation(file.yaml.at(path)),
      remedy: isPackaged
        ? 'Use a built-in test, or copy the test into tests/generic/ and name it without its package.'
        : 'Use a built-in test, or write {% test name(model, column_name) %} in a file under tests/generic/.',
    }),
  );
  return false;
}

const bodyKeys = new Set(['name', 'description', 'arguments', 'config']);

/** Keys beside `arguments:` and `config:`; older dbt took them for arguments or settings. */
function strayArguments(value: unknown): string[] {
  return isRecord(value) ? Object.keys(value).filter((key) => !bodyKeys.has(key)) : [];
}

function misplaced(
  called: string,
  keys: readonly string[],
  file: PropertiesFile,
  path: Path,
): ReturnType<typeof projectErrors.error> {
  const [key = ''] = keys;
  const place = Object.hasOwn(testConfigSchema.shape, key) ? 'config' : 'arguments';
  return projectErrors.error('PROJECT_UNKNOWN_KEY', {
    message: `${called}: ${keys.join(', ')} must stand under ${place}:`,
    where: formatLocation(file.yaml.atKey([...path, key])),
    remedy: `Write ${place}: {${key}: ...}.`,
  });
}

/** How settings of tests are checked. */
export function testSettingsKind({ render, defects, environment }: Loading): SettingsKind {
  return { schema: testConfigSchema, render, defects, onWarning: environment.onWarning };
}

/** Settings of a test in one place, checked. */
export function testSettings(raw: Authored, path: Path, file: PropertiesFile, loading: Loading): Authored {
  return readSettings(raw, placesIn(file.yaml, path, 'config'), testSettingsKind(loading));
}

function toDataTest(
  kind: string,
  valid: z.output<typeof body>,
  target: TestTarget,
  config: DataTest['config'],
  file: PropertiesFile,
  path: Path,
  { projectName }: Loading,
): DataTest {
  const args = { ...valid.arguments, ...(target.column === undefined ? {} : { column_name: target.column }) };
  const plain = kind.replaceAll('.', '_');
  const named = target.attachedTo.kind === 'source' ? `source_${plain}` : plain;
  const name = valid.name ?? testName(named, target.named, args);
  const isModel = target.attachedTo.kind === 'model';
  return {
    name,
    alias: valid.name ?? shortName(name, named, target.named),
    ...(valid.name === undefined ? {} : { ownName: valid.name }),
    uniqueId: testId(projectName, name, kind, target.written, args),
    kind,
    attachedTo: target.attachedTo,
    column: target.column,
    arguments: valid.arguments,
    refs: isModel ? [target.attachedTo.name] : [],
    sources: isModel ? [] : [target.attachedTo.name],
    config,
    file: file.yaml.file,
    line: file.yaml.at(path).line,
  };
}
