import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseTemplate } from '../../lib/jinja/parse.ts';
import { topologicalOrder } from '../../transforms/engine/project/graph.ts';
import type {
  DataTest,
  Materialization,
  Model,
  Project,
  ProjectMacro,
  SourceTable,
  TestConfig,
} from '../../transforms/engine/project/model.ts';
import { makeModel, makeProject } from './project-parts.ts';

const names = z.array(z.string()).default([]);
const config = z.record(z.string(), z.unknown()).default({});

const testSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['not_null', 'unique', 'relationships']),
  /** A model, or source.table. */
  on: z.string(),
  /** Of a relationships test: the other model. */
  to: z.string().optional(),
  config,
});

const modelSchema = z.strictObject({
  /** `dim`, or `dim.v2` of a versioned model. */
  name: z.string(),
  path: z.string(),
  refs: names,
  sources: names,
  macros: names,
  config,
  latest: z.string().optional(),
  description: z.string().default(''),
  /** Declared types of columns. */
  columns: z.record(z.string(), z.string()).default({}),
  /** Something of the SQL that may differ between two states. */
  body: z.string().default('1'),
});

/** A small project as a test writes it down; a real one for dbt is made from the same. */
export const graphSchema = z.strictObject({
  models: z.array(modelSchema).default([]),
  seeds: z
    .array(z.strictObject({ name: z.string(), path: z.string(), config, body: z.string().default('1') }))
    .default([]),
  sources: z
    .array(
      z.strictObject({ name: z.string(), path: z.string(), tags: names, loadedAt: z.string().optional() }),
    )
    .default([]),
  tests: z.array(testSchema).default([]),
  singular: z
    .array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        refs: names,
        sources: names,
        config,
        body: z.string().default('1'),
      }),
    )
    .default([]),
  unitTests: z
    .array(
      z.strictObject({ name: z.string(), model: z.string(), tags: names, expect: z.number().default(1) }),
    )
    .default([]),
  exposures: z
    .array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        refs: names,
        sources: names,
        tags: names,
        label: z.string().optional(),
      }),
    )
    .default([]),
  macros: z.array(z.strictObject({ name: z.string(), body: z.string(), calls: names })).default([]),
});

export type Graph = z.infer<typeof graphSchema>;
type GraphModel = Graph['models'][number];

/** The YAML file that describes what lies in a folder. */
export function propertiesPath(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/_properties.yml`;
}

export function splitVersion(name: string): { readonly base: string; readonly version: string | undefined } {
  const [base = name, version] = name.split('.v');
  return { base, version };
}

/** The project that the graph writes down. */
export function graphProject(graph: Graph): Project {
  const sources = new Map(graph.sources.map((source) => [source.name, toSource(graph, source)]));
  const models = [...graph.models.map((model) => toModel(graph, model)), ...graph.seeds.map(toSeed(graph))];
  const byName = new Map(models.map((model) => [model.name, model]));
  return makeProject(models, {
    name: 'shop',
    folder: 'shop',
    sources,
    order: topologicalOrder(byName.keys(), (name) => byName.get(name)?.refs ?? []),
    tests: graph.singular.map(({ name, path, refs, sources, config, body }) => ({
      name,
      uniqueId: `test.shop.${name}`,
      file: `shop/${path}`,
      checksum: hash(body),
      description: '',
      rawCode: body,
      template: parseTemplate('', ''),
      refs,
      sources,
      config: testConfigOf(config),
    })),
    unitTests: graph.unitTests.map(({ name, model, tags, expect }) => ({
      name,
      uniqueId: `unit_test.shop.${model}.${name}`,
      model,
      description: '',
      given: [],
      expect: { format: 'dict', rows: [{ id: expect }] },
      overrides: { macros: {}, vars: {}, envVars: {} },
      tags,
      file: `shop/${propertiesPath(byName.get(model)?.file.slice('shop/'.length) ?? '')}`,
      line: 1,
    })),
    exposures: graph.exposures.map(({ name, path, refs, sources, tags, label }) => ({
      name,
      uniqueId: `exposure.shop.${name}`,
      label,
      type: 'dashboard',
      description: '',
      owner: { name: 'someone', email: undefined },
      url: undefined,
      maturity: undefined,
      refs,
      sources,
      tags,
      meta: {},
      file: `shop/${path}`,
    })),
    macros: new Map(graph.macros.map((macro) => [macroId(macro.name), toMacro(macro)])),
  });
}

function toModel(graph: Graph, { name, path, config, ...rest }: GraphModel): Model {
  const { base, version } = splitVersion(name);
  const tags = tagsOf(config);
  return makeModel(name, {
    uniqueId: `model.shop.${name}`,
    baseName: base,
    version,
    latestVersion: rest.latest,
    file: `shop/${path}`,
    properties: { file: `shop/${propertiesPath(path)}`, line: 1 },
    description: rest.description,
    materialization: materializationOf(config['materialized']),
    refs: rest.refs,
    sources: rest.sources,
    macros: rest.macros.map(macroId),
    checksum: hash(rest.body),
    columns: Object.entries(rest.columns).map(([column, dataType]) => ({
      name: column,
      description: '',
      dataType,
      constraints: [],
      tags: [],
      meta: {},
    })),
    tests: testsOn(graph, name, path),
    config: {
      tags,
      meta: asRecord(config['meta']),
      group: typeof config['group'] === 'string' ? config['group'] : undefined,
      access: accessOf(config['access']),
      contractEnforced: asRecord(config['contract'])['enforced'] === true,
      authored: config,
    },
  });
}

function toSeed(graph: Graph): (seed: Graph['seeds'][number]) => Model {
  return ({ name, path, config, body }) =>
    makeModel(name, {
      uniqueId: `seed.shop.${name}`,
      layer: 'seeds',
      file: `shop/${path}`,
      properties: { file: `shop/${propertiesPath(path)}`, line: 1 },
      materialization: { kind: 'seed', columnTypes: {} },
      checksum: hash(body),
      tests: testsOn(graph, name, path),
      config: { tags: tagsOf(config), meta: asRecord(config['meta']), authored: config },
    });
}

function toSource(graph: Graph, { name, path, tags, loadedAt }: Graph['sources'][number]): SourceTable {
  const [sourceName = '', tableName = ''] = name.split('.');
  return {
    name,
    uniqueId: `source.shop.${name}`,
    sourceName,
    tableName,
    description: '',
    columns: [],
    tests: testsOn(graph, name, path, path),
    freshness: undefined,
    loadedAtField: loadedAt,
    loadedAtQuery: undefined,
    tags,
    meta: {},
    file: `shop/${path}`,
    line: 1,
  };
}

function testsOn(graph: Graph, on: string, path: string, file = propertiesPath(path)): DataTest[] {
  const isSource = graph.sources.some(({ name }) => name === on);
  return graph.tests
    .filter((test) => test.on === on)
    .map(({ name, kind, to, config }) => ({
      name,
      uniqueId: `test.shop.${name}`,
      kind,
      attachedTo: { kind: isSource ? 'source' : 'model', name: on },
      column: 'id',
      arguments: to === undefined ? {} : { to: `ref('${to}')`, field: 'id' },
      refs: [...(isSource ? [] : [on]), ...(to === undefined ? [] : [to])],
      sources: isSource ? [on] : [],
      config: testConfigOf(config),
      file: `shop/${file}`,
      line: 1,
    }));
}

function testConfigOf(config: Readonly<Record<string, unknown>>): TestConfig {
  return {
    severity: config['severity'] === 'warn' ? 'warn' : 'error',
    errorIf: '!= 0',
    warnIf: '!= 0',
    where: typeof config['where'] === 'string' ? config['where'] : undefined,
    limit: undefined,
    storeFailures: false,
    failCalc: 'count(*)',
    tags: tagsOf(config),
    meta: asRecord(config['meta']),
  };
}

function toMacro({ name, body, calls }: Graph['macros'][number]): ProjectMacro {
  return {
    uniqueId: macroId(name),
    name,
    text: body,
    macros: calls.map(macroId),
    description: '',
    file: `shop/macros/${name}.sql`,
  };
}

function macroId(name: string): string {
  return `macro.shop.${name}`;
}

function materializationOf(kind: unknown): Materialization {
  if (kind === 'table') return { kind, uniqueKey: undefined };
  if (kind === 'ephemeral') return { kind };
  if (kind === 'incremental') return { kind, strategy: 'append', uniqueKey: [] };
  return { kind: 'view' };
}

function accessOf(access: unknown): 'private' | 'protected' | 'public' {
  return access === 'private' || access === 'public' ? access : 'protected';
}

function tagsOf({ tags }: Readonly<Record<string, unknown>>): string[] {
  if (typeof tags === 'string') return [tags];
  return Array.isArray(tags) ? tags.map(String) : [];
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
