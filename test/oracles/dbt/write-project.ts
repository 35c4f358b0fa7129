import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { propertiesPath, splitVersion } from '../../support/select-graph.ts';
import type { Graph } from '../../support/select-graph.ts';

/** A project that dbt itself reads, of the same graph as graphProject. */
export async function writeDbtProject(folder: string, graph: Graph): Promise<void> {
  const files = new Map<string, string>([
    ['dbt_project.yml', stringify(projectFile)],
    ['profiles.yml', stringify(profilesFile)],
    ...graph.models.map((model): [string, string] => [model.path, modelSql(model)]),
    ...graph.seeds.map((seed): [string, string] => [seed.path, `id\n${seed.body}\n`]),
    ...graph.singular.map((test): [string, string] => [test.path, singularSql(test)]),
    ...graph.macros.map((macro): [string, string] => [
      `macros/${macro.name}.sql`,
      `{% macro ${macro.name}() %}${macro.body}${macro.calls.map((call) => `{{ ${call}() }}`).join('')}{% endmacro %}`,
    ]),
    ...propertyFiles(graph),
  ]);
  for (const [file, text] of files) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

const projectFile = {
  name: 'shop',
  version: '1.0',
  'config-version': 2,
  profile: 'shop',
  flags: { send_anonymous_usage_stats: false },
};

const profilesFile = {
  shop: { target: 'dev', outputs: { dev: { type: 'duckdb', path: ':memory:' } } },
};

function modelSql({ refs, sources, macros, body }: Graph['models'][number]): string {
  const from = [...refs.map(refCall), ...sources.map(sourceCall)].map((call) => ` from {{ ${call} }}`);
  return `select ${body}${macros.map((macro) => `, {{ ${macro}() }}`).join('')}${from.join('')}`;
}

function singularSql({ refs, sources, body }: Graph['singular'][number]): string {
  return `select ${body}${[...refs.map(refCall), ...sources.map(sourceCall)].map((call) => ` from {{ ${call} }}`).join('')}`;
}

function refCall(name: string): string {
  const { base, version } = splitVersion(name);
  return version === undefined ? `ref('${base}')` : `ref('${base}', v=${version})`;
}

function sourceCall(name: string): string {
  return `source('${name.split('.').join("', '")}')`;
}

interface Properties {
  version: 2;
  models?: Record<string, unknown>[];
  seeds?: Record<string, unknown>[];
  sources?: Record<string, unknown>[];
  exposures?: Record<string, unknown>[];
  unit_tests?: Record<string, unknown>[];
  data_tests?: Record<string, unknown>[];
  groups?: Record<string, unknown>[];
}

function propertyFiles(graph: Graph): Map<string, string> {
  const files = new Map<string, Properties>();
  const fileOf = (name: string): Properties => {
    const known = files.get(name) ?? { version: 2 };
    files.set(name, known);
    return known;
  };
  addModels(graph, fileOf);
  for (const { name, path: file, config } of graph.seeds) {
    (fileOf(propertiesPath(file)).seeds ??= []).push({ name, config, columns: columnsOf(graph, name) });
  }
  for (const { name, path: file, tags, loadedAt } of graph.sources) {
    const [source, table] = name.split('.');
    const entry = { name: table, tags, loaded_at_field: loadedAt, columns: columnsOf(graph, name) };
    (fileOf(file).sources ??= []).push({ name: source, tables: [entry] });
  }
  for (const { name, path: file, config } of graph.singular) {
    (fileOf(propertiesPath(file)).data_tests ??= []).push({ name, config });
  }
  for (const { name, path: file, refs, sources, tags, label } of graph.exposures) {
    const depends = [...refs.map(refCall), ...sources.map(sourceCall)];
    const owner = { name: 'someone' };
    (fileOf(file).exposures ??= []).push({
      name,
      label,
      type: 'dashboard',
      owner,
      depends_on: depends,
      config: { tags },
    });
  }
  for (const { name, model, tags, expect } of graph.unitTests) {
    const file = propertiesPath(graph.models.find((each) => each.name === model)?.path ?? '');
    const entry = { name, model, given: [], expect: { rows: [{ id: expect }] }, config: { tags } };
    (fileOf(file).unit_tests ??= []).push(entry);
  }
  const groups = [
    ...new Set(graph.models.map(({ config }) => config['group']).filter((group) => group !== undefined)),
  ];
  if (groups.length > 0) {
    fileOf('models/_groups.yml').groups = groups.map((name) => ({ name, owner: { name: 'someone' } }));
  }
  return new Map([...files].map(([file, content]) => [file, stringify(content)]));
}

function addModels(graph: Graph, fileOf: (name: string) => Properties): void {
  for (const base of new Set(graph.models.map(({ name }) => splitVersion(name).base))) {
    const versions = graph.models.filter(({ name }) => splitVersion(name).base === base);
    const [first] = versions;
    if (first === undefined) continue;
    const entry: Record<string, unknown> = {
      name: base,
      description: first.description,
      config: first.config,
      columns: Object.entries(first.columns).map(([name, type]) => ({ name, data_type: type })),
    };
    if (splitVersion(first.name).version === undefined) {
      const tested = columnsOf(graph, first.name);
      entry['columns'] = [...(entry['columns'] as unknown[]), ...tested];
    } else {
      entry['latest_version'] = Number(first.latest);
      entry['versions'] = versions.map((each) => ({
        v: Number(splitVersion(each.name).version),
        config: each.config,
        columns: columnsOf(graph, each.name),
      }));
    }
    (fileOf(propertiesPath(first.path)).models ??= []).push(entry);
  }
}

/** The column all tests stand on, with the tests of one model, seed or source. */
function columnsOf(graph: Graph, on: string): Record<string, unknown>[] {
  const tests = graph.tests
    .filter((test) => test.on === on)
    .map(({ name, kind, to, config }) => ({
      [kind]: { name, config, ...(to === undefined ? {} : { arguments: { to: refCall(to), field: 'id' } }) },
    }));
  return tests.length === 0 ? [] : [{ name: 'id', data_tests: tests }];
}
