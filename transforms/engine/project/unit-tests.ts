import { join } from 'node:path';
import { z } from 'zod';
import { formatLocation } from '../jinja/location.ts';
import { referencesIn } from './calls.ts';
import { texts } from './config-schema.ts';
import { mustKnowSources, resolveRefs } from './dependencies.ts';
import type { Targets } from './dependencies.ts';
import { projectErrors } from './errors.ts';
import { nearest } from './graph.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { Fixture, UnitTest } from './model.ts';
import type { UnitTestProperties } from './property-schema.ts';
import { resolveRef } from './references.ts';
import { placesIn, validate } from './validate.ts';
import type { Path } from './yaml.ts';

const settings = z.strictObject({
  tags: texts.default([]),
  meta: z.record(z.string(), z.unknown()).default({}),
  enabled: z.boolean().default(true),
  static_analysis: z.unknown().optional(),
});

/** Fixture files under `tests/fixtures`, by name. */
export type Fixtures = ReadonlyMap<string, string>;

/** The unit tests declared in some properties files. */
export function readUnitTests(
  files: readonly PropertiesFile[],
  targets: Targets,
  fixtures: Fixtures,
  loading: Loading,
): UnitTest[] {
  return files.flatMap((file) =>
    file.properties.unit_tests.flatMap(
      (properties, index) =>
        loading.defects.try(() =>
          toUnitTest(properties, ['unit_tests', index], file, targets, fixtures, loading),
        ) ?? [],
    ),
  );
}

function toUnitTest(
  properties: UnitTestProperties,
  path: Path,
  file: PropertiesFile,
  targets: Targets,
  fixtures: Fixtures,
  loading: Loading,
): UnitTest | undefined {
  const { defects, projectName } = loading;
  const config = validate(
    settings,
    properties.config,
    placesIn(file.yaml, [...path, 'config'], properties.name),
    defects,
  );
  if (config?.enabled === false) return undefined;
  const model = resolveRef(targets.models, properties.model, undefined);
  if (model === undefined)
    throw unknownModel(properties, formatLocation(file.yaml.at([...path, 'model'])), targets);
  const given = properties.given.flatMap((each, index) => {
    const at = [...path, 'given', index];
    const input = inputOf(each.input, [...at, 'input'], file, targets, loading);
    return input === undefined ? [] : [{ input, fixture: fixtureOf(each, at, file, fixtures) }];
  });
  const { macros, vars, env_vars: envVars } = properties.overrides;
  return {
    name: properties.name,
    uniqueId: `unit_test.${projectName}.${model}.${properties.name}`,
    model,
    description: properties.description,
    given,
    expect: fixtureOf(properties.expect, [...path, 'expect'], file, fixtures),
    overrides: { macros, vars, envVars },
    tags: config?.tags ?? [],
    file: file.yaml.file,
    line: file.yaml.at(path).line,
  };
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
