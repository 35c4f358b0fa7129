import { join } from 'node:path';
import { transformErrors } from '../errors.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { referencesIn } from './calls.ts';
import { unitTestConfigSchema } from './config-schema.ts';
import { mustKnowSources, resolveRefs } from './dependencies.ts';
import type { Targets } from './dependencies.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { Fixture, UnitTest } from './model.ts';
import type { UnitTestProperties } from './property-schema.ts';
import { resolveRef } from './references.ts';
import { mergeSettings, readSettings, textsOf } from './settings.ts';
import type { Authored } from './settings.ts';
import { checkOverrides, overridable } from './unit-overrides.ts';
import type { Overridable } from './unit-overrides.ts';
import { placesIn } from './validate.ts';
import type { Path } from './yaml.ts';

/** Fixture files under `tests/fixtures`, by name. */
export type Fixtures = ReadonlyMap<string, string>;

/** The unit tests declared in some properties files: one for every version of a model that a test is about. */
export function readUnitTests(
  files: readonly PropertiesFile[],
  targets: Targets,
  fixtures: Fixtures,
  loading: Loading,
): UnitTest[] {
  let known: Overridable | undefined;
  const readKnown = (): Overridable => (known ??= overridable(targets.models.values(), loading));
  const tests = files.flatMap((file) =>
    file.properties.unit_tests.flatMap((properties, index) => {
      const place = { properties, path: ['unit_tests', index], file };
      checkOverrides(properties, place.path, file, readKnown, loading);
      return loading.defects.try(() => toUnitTests(place, targets, fixtures, loading)) ?? [];
    }),
  );
  const seen = new Map<string, UnitTest>();
  for (const test of tests) {
    const before = seen.get(test.uniqueId);
    if (before === undefined) seen.set(test.uniqueId, test);
    else loading.defects.add(declaredTwice(test, before));
  }
  return tests;
}

function declaredTwice(test: UnitTest, before: UnitTest): ReturnType<typeof transformErrors.error> {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `there is another unit test ${test.name} of ${test.model}, at ${before.file}:${before.line}`,
    where: `${test.file}:${test.line}:1`,
    remedy: 'Rename one of them.',
  });
}

interface Placed {
  readonly properties: UnitTestProperties;
  readonly path: Path;
  readonly file: PropertiesFile;
}

function toUnitTests(placed: Placed, targets: Targets, fixtures: Fixtures, loading: Loading): UnitTest[] {
  const { properties, path, file } = placed;
  const config = settingsOf(placed, loading);
  if (config['enabled'] === false) return [];
  const given = properties.given.flatMap((each, index) => {
    const at = [...path, 'given', index];
    const input = inputOf(each.input, [...at, 'input'], file, targets, loading);
    return input === undefined ? [] : [{ input, fixture: fixtureOf(each, at, file, fixtures) }];
  });
  const { macros, vars, env_vars: envVars } = properties.overrides;
  return modelsOf(placed, targets).map((model) => ({
    name: properties.name,
    uniqueId: `unit_test.${loading.projectName}.${model}.${properties.name}`,
    model,
    description: properties.description,
    given,
    expect: fixtureOf(properties.expect, [...path, 'expect'], file, fixtures),
    overrides: { macros, vars, envVars },
    tags: textsOf(config['tags']),
    file: file.yaml.file,
    line: file.yaml.at(path).line,
  }));
}

function settingsOf({ properties, path, file }: Placed, loading: Loading): Authored {
  const { defects, projectName, render, environment, trees } = loading;
  const { name, model, config } = properties;
  const kind = { schema: unitTestConfigSchema, render, defects, onWarning: environment.onWarning };
  return mergeSettings([
    ...trees.unit_tests.levelsOf([projectName, ...file.folders, model, name]),
    readSettings(config, placesIn(file.yaml, [...path, 'config'], name), kind),
  ]);
}

/** The model, or all of its versions that the test does not leave out. */
function modelsOf({ properties, path, file }: Placed, targets: Targets): string[] {
  const { name, model, versions } = properties;
  const all = [...targets.models]
    .filter(([, each]) => each.baseName === model && each.latestVersion !== undefined)
    .map(([key]) => key);
  const version = (key: string): string => key.slice(model.length + 2);
  const said = [...(versions?.include ?? []), ...(versions?.exclude ?? [])];
  const unknown = said.find((each) => !all.some((key) => version(key) === each));
  if (unknown !== undefined) {
    const there = all.length === 0 ? 'no versions' : `only ${all.map(version).join(', ')}`;
    throw projectErrors.error('PROJECT_SETTING_INVALID', {
      message: `${name}: ${model} has no version ${unknown}, ${there}`,
      where: formatLocation(file.yaml.at([...path, 'versions'])),
    });
  }
  if (all.length > 0) {
    return all.filter(
      (key) =>
        (versions?.include?.includes(version(key)) ?? true) && !versions?.exclude.includes(version(key)),
    );
  }
  const key = resolveRef(targets.models, model, undefined);
  if (key !== undefined) return [key];
  throw unknownModel(properties, formatLocation(file.yaml.at([...path, 'model'])), targets);
}

function unknownModel({ name, model }: UnitTestProperties, where: string, targets: Targets): Error {
  const near = nearest(model, targets.models.keys());
  return projectErrors.error('PROJECT_SETTING_INVALID', {
    message: `${name}: there is no model ${model}${near === undefined ? '' : `; did you mean ${near}?`}`,
    where,
  });
}

function inputOf(
  text: string,
  path: Path,
  file: PropertiesFile,
  targets: Targets,
  loading: Loading,
): UnitTest['given'][number]['input'] | undefined {
  if (text.trim() === 'this') return { kind: 'this' };
  const at = file.yaml.at(path);
  const { refs, sources } = referencesIn(text, at, loading);
  mustKnowSources(sources, targets, loading.defects);
  const [key] = resolveRefs(refs, targets, loading.defects);
  const [source] = sources;
  if (key !== undefined) return { kind: 'model', name: key };
  if (source !== undefined) return { kind: 'source', name: source.name };
  if (refs.length > 0) return undefined;
  throw projectErrors.error('PROJECT_SETTING_INVALID', {
    message: `the input ${text} is none of ref('model'), source('source', 'table') and this`,
    where: formatLocation(at),
  });
}

interface Rows {
  readonly rows?: string | readonly Record<string, unknown>[] | null | undefined;
  readonly format: 'dict' | 'csv' | 'sql';
  readonly fixture?: string | undefined;
}

function fixtureOf(
  { rows, format, fixture }: Rows,
  path: Path,
  file: PropertiesFile,
  fixtures: Fixtures,
): Fixture {
  const refuse = (message: string, key: string): Error =>
    projectErrors.error('PROJECT_SETTING_INVALID', {
      message,
      where: formatLocation(file.yaml.at([...path, key])),
    });
  if (fixture !== undefined) {
    const text = fixtures.get(`${fixture}.${format}`);
    if (text === undefined || format === 'dict') {
      throw refuse(`there is no fixture ${join('tests', 'fixtures', `${fixture}.${format}`)}`, 'fixture');
    }
    return { format, text };
  }
  if (format === 'dict') {
    if (typeof rows === 'string') throw refuse('rows of the format dict are a list of mappings', 'rows');
    return { format, rows: rows ?? [] };
  }
  if (rows !== null && rows !== undefined && typeof rows !== 'string')
    throw refuse(`rows of the format ${format} are a text`, 'rows');
  return { format, text: rows ?? '' };
}
