import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { checkProject, mustKnowRefs } from './laws.ts';
import { findCalls } from './discover.ts';
import { transformErrors } from '../errors.ts';
import { topologicalOrder } from './graph.ts';
import type {
  Layer,
  Materialization,
  Model,
  ModelConfig,
  Project,
  SingularTest,
  SourceTable,
} from './model.ts';
import { defaultTestConfig, parseProperties, testsOf } from './properties.ts';
import type { ModelProperties } from './properties.ts';
import { parseTemplate } from '../template/parse.ts';
import type { TemplatePart } from '../template/parse.ts';

const layers: readonly Layer[] = ['staging', 'intermediate', 'marts'];

/** Business settings that models read through var(). */
const defaultVars = { business_timezone: 'UTC' };

/** Reads and checks everything under the project folder; asks no warehouse. The first defect found is thrown. */
export async function loadProject(folder: string): Promise<Project> {
  const files = (await Promise.all(layers.map((layer) => filesOfLayer(folder, layer)))).flat();
  const yaml = files.filter((each) => each.path.endsWith('.yml'));
  const properties = yaml.map((each) => parseProperties(each.path, each.text));
  const byName = indexProperties(properties.flatMap((each) => each.models));
  const sources = new Set(
    properties.flatMap((each) =>
      each.sources.flatMap((source) => source.tables.map((table) => `${source.name}.${table.name}`)),
    ),
  );
  const models = new Map<string, Model>();
  for (const each of files.filter((file) => file.path.endsWith('.sql'))) {
    const model = toModel(each, byName);
    if (models.has(model.name)) throw duplicate(model.name, each.path);
    models.set(model.name, model);
  }
  const tests = await loadSingularTests(folder);
  mustKnowRefs(models, tests, sources);
  const order = topologicalOrder(models.keys(), (name) => models.get(name)?.refs ?? []);
  const project = {
    name: 'shopwave',
    folder,
    models,
    sources: new Map<string, SourceTable>(),
    tests,
    unitTests: [],
    exposures: [],
    order,
    vars: defaultVars,
  };
  checkProject(project);
  return project;
}

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly layer: Layer;
}

async function filesOfLayer(folder: string, layer: Layer): Promise<SourceFile[]> {
  const paths = await walk(join(folder, 'models', layer));
  return await Promise.all(
    paths.map(async (path) => ({ path: shown(path), text: await readFile(path, 'utf8'), layer })),
  );
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(sql|yml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Paths as people type them: relative to where they stand, when the project is below it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

function indexProperties(all: readonly ModelProperties[]): Map<string, ModelProperties> {
  return new Map(all.map((each) => [each.name, each]));
}

function toModel(file: SourceFile, byName: ReadonlyMap<string, ModelProperties>): Model {
  const name = basename(file.path, '.sql');
  const properties = byName.get(name);
  if (properties === undefined) {
    throw transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
      message: `model ${name} has no entry in a YAML file of its folder`,
      where: file.path,
      remedy: 'Add it under models: with a description and its config.',
    });
  }
  const template = parseTemplate(file.path, file.text);
  const calls = findCalls(template);
  return {
    name,
    uniqueId: `model.shopwave.${name}`,
    baseName: name,
    version: undefined,
    properties: undefined,
    config: defaultConfig(name, file.layer),
    checksum: '',
    layer: file.layer,
    file: file.path,
    description: properties.description,
    materialization: toMaterialization(properties, file.path),
    columns: properties.columns.map((column) => ({
      name: column.name,
      description: column.description,
      dataType: undefined,
      constraints: [],
      tags: [],
      meta: {},
    })),
    tests: testsOf(properties),
    template,
    refs: refsOf(template),
    sources: calls.filter((call) => call.name === 'source').map((call) => call.args.join('.')),
  };
}

function defaultConfig(name: string, layer: Layer): ModelConfig {
  return {
    enabled: true,
    schema: layer,
    alias: name,
    tags: [],
    meta: {},
    group: undefined,
    access: 'protected',
    onSchemaChange: 'fail',
    contractEnforced: false,
    eventTime: undefined,
    fullRefresh: undefined,
    preHook: [],
    postHook: [],
    grants: {},
    queryTag: undefined,
    authored: {},
  };
}

function refsOf(template: readonly TemplatePart[]): string[] {
  const names = findCalls(template).filter((call) => call.name === 'ref');
  return [...new Set(names.flatMap((call) => call.args.slice(0, 1)))];
}

function toMaterialization(properties: ModelProperties, file: string): Materialization {
  const { materialized: kind, unique_key: uniqueKey, meta } = properties.config;
  if (kind === 'ephemeral') return { kind };
  if (uniqueKey === undefined) throw missingConfig(properties.name, 'unique_key', file);
  if (kind !== 'keyed') return { kind, uniqueKey };
  if (meta.touch_key === undefined) throw missingConfig(properties.name, 'meta.touch_key', file);
  return {
    kind: 'incremental',
    strategy: 'keys_touched',
    uniqueKey,
    touchKey: meta.touch_key,
    touchedBy: meta.touched_by ?? {},
    pruneBy: meta.prune_by,
  };
}

function missingConfig(model: string, field: string, file: string): Error {
  return transformErrors.error('TRANSFORM_PROPERTIES_INVALID', {
    message: `model ${model} needs config.${field}`,
    where: file,
  });
}

async function loadSingularTests(folder: string): Promise<SingularTest[]> {
  const paths = (await walk(join(folder, 'tests'))).filter((path) => path.endsWith('.sql'));
  return await Promise.all(
    paths.map(async (path) => {
      const template = parseTemplate(shown(path), await readFile(path, 'utf8'));
      const name = basename(path, '.sql');
      return {
        name,
        uniqueId: `test.shopwave.${name}`,
        file: shown(path),
        template,
        refs: refsOf(template),
        sources: [],
        config: defaultTestConfig,
      };
    }),
  );
}

function duplicate(name: string, file: string): Error {
  return transformErrors.error('TRANSFORM_DUPLICATE_NAME', {
    message: `there is another model ${name}`,
    where: file,
  });
}
